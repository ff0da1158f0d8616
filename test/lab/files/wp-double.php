#!/usr/bin/env php
<?php
/**
 * A DOUBLE of WP-CLI, for the lab's tests only: the few commands the lab's host needs. Nothing here is evidence about
 * the real program, but for the wording with which that refuses root, which is its own.
 */

$arguments = array_slice( $argv, 1 );
$options   = array();
$words     = array();
foreach ( $arguments as $argument ) {
	if ( preg_match( '/^--([a-z][a-z-]*)(?:=(.*))?$/s', $argument, $match ) ) {
		$options[ $match[1] ] = $match[2] ?? true;
	} else {
		$words[] = $argument;
	}
}

function fail( string $message ): never {
	fwrite( STDERR, "Error: $message\n" );
	exit( 1 );
}

function success( string $message ): void {
	echo "Success: $message\n";
}

/** Prints rows as --format=json or as a plain table. */
function rows( array $rows, array $options ): void {
	if ( 'json' === ( $options['format'] ?? 'table' ) ) {
		echo json_encode( $rows, JSON_UNESCAPED_SLASHES ), "\n";
		return;
	}
	foreach ( array_merge( array( array_keys( $rows[0] ?? array() ) ), $rows ) as $row ) {
		echo implode( "\t", array_map( fn ( $value ) => $value ?? '', $row ) ), "\n";
	}
}

if ( 0 === posix_geteuid() && ! isset( $options['allow-root'] ) ) {
	fail( "YIKES! It looks like you're running this as root. You probably meant to run this as the user that your WordPress installation exists under.

If you REALLY mean to run this as root, we won't stop you, but just bear in mind that any code on this site will then have full control of your server, making it quite DANGEROUS.

If you'd like to continue as root, please run this again, adding this flag:  --allow-root

If you'd like to run it as the user that this site is under, you can run the following to become the respective user:

    sudo -u USER -i -- wp <command>
" );
}

if ( isset( $options['version'] ) ) {
	echo "WP-CLI 2.10.0\n";
	exit( 0 );
}

$root = $options['path'] ?? getcwd();
if ( ! isset( $options['path'] ) ) {
	while ( '/' !== $root && ! is_file( "$root/wp-load.php" ) ) {
		$root = dirname( $root );
	}
}
$root = rtrim( (string) $root, '/' );
if ( ! is_file( "$root/wp-load.php" ) ) {
	fail( "This does not seem to be a WordPress installation.\nThe used path is: " . ( $options['path'] ?? getcwd() )
		. "/\nPass --path=`path/to/wordpress` or run `wp core download`." );
}
if ( ! is_readable( "$root/wp-config.php" ) ) {
	fail( "'wp-config.php' not found or not readable.\nEither create one manually or use `wp config create`." );
}
$_SERVER['HTTP_HOST'] = '127.0.0.1';
define( 'WP_CLI', true );
require "$root/wp-load.php";

switch ( implode( ' ', array_slice( $words, 0, 3 ) ) ) {
	case 'datamachine flows list':
		rows( lab_dm_list_flows(), $options );
		break;

	case 'datamachine flows run':
		$flow = (int) ( $words[3] ?? 0 );
		$job  = lab_dm_run_flow( $flow, 'manual' );
		if ( 0 === $job ) {
			fail( "Flow $flow not found." );
		}
		success( "Flow $flow started as job $job." );
		break;

	case 'datamachine jobs list':
		rows( lab_dm_list_jobs(), $options );
		break;

	case 'datamachine memory compose':
		if ( 'AGENTS.md' !== ( $words[3] ?? '' ) ) {
			fail( 'Only AGENTS.md can be composed.' );
		}
		if ( false === @file_put_contents( ABSPATH . 'AGENTS.md', lab_dm_agents_markdown() ) ) {
			fail( 'Could not write ' . ABSPATH . 'AGENTS.md.' );
		}
		success( 'Composed AGENTS.md.' );
		break;

	case 'datamachine worker run':
		lab_dm_settle_jobs();
		$log  = WP_CONTENT_DIR . '/uploads/datamachine-worker.log';
		$line = gmdate( 'c' ) . ' uid=' . posix_geteuid() . "\n";
		if ( false === @file_put_contents( $log, $line, FILE_APPEND ) ) {
			fail( "Could not write $log." );
		}
		success( 'Worker ran once.' );
		break;

	case 'plugin list':
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		$list = array();
		foreach ( get_plugins() as $file => $plugin ) {
			$list[] = array(
				'name'    => false === strpos( $file, '/' ) ? basename( $file, '.php' ) : dirname( $file ),
				'status'  => is_plugin_active( $file ) ? 'active' : 'inactive',
				'update'  => 'none',
				'version' => $plugin['Version'],
			);
		}
		rows( $list, $options );
		break;

	default:
		fail( "'" . implode( ' ', $words ) . "' is not a registered wp command. See 'wp help' for available commands." );
}
