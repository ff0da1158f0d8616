#!/usr/bin/env php
<?php
/**
 * A DOUBLE of WP-CLI 2.12 with the commands of Data Machine 0.175, for the lab's tests only: what the lab's host needs, and it
 * refuses what the programs refuse. test/lab/wpDouble.lab.test.ts names the public source of what it does.
 */

const GLOBALS_OF_WP_CLI = array(
	'path', 'url', 'user', 'skip-plugins', 'skip-themes', 'skip-packages', 'require', 'color', 'debug', 'quiet', 'allow-root',
);

/** Options of each command; null where it takes any (`--<field>=<value>`). */
const COMMANDS = array(
	'datamachine flows'          => array( 'per_page', 'offset', 'handler', 'id', 'format', 'fields', 'count', 'timestamp', 'drain' ),
	'datamachine jobs list'      => array( 'status', 'flow', 'source', 'pipeline', 'handler', 'since', 'limit', 'format', 'fields' ),
	'datamachine drain'          => array( 'limit', 'batch-size', 'time-limit', 'stop-before-timeout', 'job-id', 'lane', 'format' ),
	'datamachine memory compose' => array( 'agent', 'list', 'format' ),
	'datamachine worker run'     => array( 'once' ),
	'plugin list'                => null,
	'user list'                  => null,
);

$words   = array();
$options = array();
$config  = array();
foreach ( array( ( getenv( 'HOME' ) ?: '' ) . '/.wp-cli/config.yml', project_config() ) as $file ) {
	$config = array_merge( $config, settings( (string) $file ) );
}
foreach ( array_slice( $argv, 1 ) as $argument ) {
	if ( preg_match( '/^--no-([^=]+)$/', $argument, $match ) ) {
		$found = array( $match[1], false );
	} elseif ( preg_match( '/^--([^=]+)(?:=(.*))?$/s', $argument, $match ) ) {
		$found = array( $match[1], $match[2] ?? true );
	} else {
		$words[] = $argument;
		continue;
	}
	if ( in_array( $found[0], GLOBALS_OF_WP_CLI, true ) ) {
		$config[ $found[0] ] = $found[1];
	} else {
		$options[ $found[0] ] = $found[1];
	}
}

/** The wp-cli.local.yml or wp-cli.yml of the working directory or one above. */
function project_config(): ?string {
	for ( $directory = (string) getcwd();; $directory = dirname( $directory ) ) {
		foreach ( array( 'wp-cli.local.yml', 'wp-cli.yml' ) as $name ) {
			if ( is_readable( "$directory/$name" ) ) {
				return "$directory/$name";
			}
		}
		if ( '/' === $directory ) {
			return null;
		}
	}
}

/** The plain `key: value` lines of a configuration, paths made absolute. */
function settings( string $file ): array {
	$found = array();
	foreach ( is_readable( $file ) ? file( $file, FILE_IGNORE_NEW_LINES ) : array() as $line ) {
		if ( ! preg_match( '/^([a-z-]+): *(.+)$/', $line, $match ) ) {
			continue;
		}
		$value = array( 'true' => true, 'false' => false )[ $match[2] ] ?? $match[2];
		if ( in_array( $match[1], array( 'path', 'require' ), true ) && '/' !== $value[0] ) {
			$value = dirname( $file ) . "/$value";
		}
		$found[ $match[1] ] = $value;
	}
	return $found;
}

function fail( string $message ): never {
	fwrite( STDERR, "Error: $message\n" );
	exit( 1 );
}

/** WP_CLI::log(), and with a word before it success(): both say nothing when quiet. */
function say( string $message ): void {
	if ( empty( $GLOBALS['config']['quiet'] ) ) {
		echo "$message\n";
	}
}

function warn( string $message ): void {
	if ( empty( $GLOBALS['config']['quiet'] ) ) {
		fwrite( STDERR, "Warning: $message\n" );
	}
}

/** WP-CLI's formatter: JSON on one line without an end of line, whether quiet or not. */
function rows( array $rows, array $fields ): void {
	$options = $GLOBALS['options'];
	if ( isset( $options['fields'] ) ) {
		$fields = array_map( 'trim', explode( ',', $options['fields'] ) );
	}
	$picked = array_map(
		fn ( array $row ): array => array_combine( $fields, array_map( fn ( string $field ) => $row[ $field ] ?? null, $fields ) ),
		$rows
	);
	if ( 'json' === ( $options['format'] ?? 'table' ) ) {
		echo json_encode( $picked );
		return;
	}
	foreach ( array_merge( array( $fields ), $picked ) as $row ) {
		echo implode( "\t", array_map( fn ( $value ) => false === $value ? 'false' : ( $value ?? '' ), $row ) ), "\n";
	}
}

if ( 0 === posix_geteuid() && ! isset( $config['allow-root'] ) ) {
	fail( "YIKES! It looks like you're running this as root. You probably meant to run this as the user that your WordPress installation exists under.

If you REALLY mean to run this as root, we won't stop you, but just bear in mind that any code on this site will then have full control of your server, making it quite DANGEROUS.

If you'd like to continue as root, please run this again, adding this flag:  --allow-root

If you'd like to run it as the user that this site is under, you can run the following to become the respective user:

    sudo -u USER -i -- wp <command>
" );
}

if ( isset( $options['version'] ) ) {
	echo "WP-CLI 2.12.0\n";
	exit( 0 );
}

$root = $config['path'] ?? getcwd();
if ( ! isset( $config['path'] ) ) {
	while ( '/' !== $root && ! is_file( "$root/wp-load.php" ) ) {
		$root = dirname( $root );
	}
}
$root = rtrim( (string) $root, '/' );
if ( ! is_file( "$root/wp-load.php" ) ) {
	fail( "This does not seem to be a WordPress installation.\nThe used path is: " . ( $config['path'] ?? getcwd() )
		. "/\nPass --path=`path/to/wordpress` or run `wp core download`." );
}
if ( ! is_readable( "$root/wp-config.php" ) ) {
	fail( "'wp-config.php' not found or not readable.\nEither create one manually or use `wp config create`." );
}
$_SERVER['HTTP_HOST'] = '127.0.0.1';
define( 'WP_CLI', true );
if ( isset( $config['require'] ) ) {
	if ( ! is_file( $config['require'] ) ) {
		fail( 'Required file \'' . basename( $config['require'] ) . '\' doesn\'t exist.' );
	}
	require $config['require'];
}
require "$root/wp-load.php";

if ( isset( $config['user'] ) ) {
	$user = get_user_by( 'id', $config['user'] ) ?: get_user_by( 'login', $config['user'] ) ?: get_user_by( 'email', $config['user'] );
	if ( ! $user ) {
		fail( "Invalid user ID, email or login: '{$config['user']}'" );
	}
	wp_set_current_user( $user->ID );
}

$command = null;
foreach ( array_keys( COMMANDS ) as $name ) {
	if ( str_starts_with( implode( ' ', $words ) . ' ', "$name " ) ) {
		$command = $name;
	}
}
if ( null === $command ) {
	fail( "'" . implode( ' ', $words ) . "' is not a registered wp command. See 'wp help' for available commands." );
}
foreach ( array_keys( $options ) as $name ) {
	if ( null !== COMMANDS[ $command ] && ! in_array( $name, COMMANDS[ $command ], true ) ) {
		fail( "Parameter errors:\n unknown --$name parameter" );
	}
}
$words = array_slice( $words, substr_count( $command, ' ' ) + 1 );

switch ( $command ) {
	case 'datamachine flows':
		if ( 'run' !== ( $words[0] ?? 'list' ) ) {
			$flows = lab_dm_list_flows();
			if ( ! $flows ) {
				warn( 'No flows found matching your criteria.' );
				break;
			}
			rows( $flows, array( 'id', 'name', 'pipeline_id', 'handlers', 'config', 'schedule', 'max_items', 'status', 'next_run' ) );
			break;
		}
		$flow = (int) ( $words[1] ?? 0 );
		$job  = lab_dm_queue( $flow );
		if ( 0 === $job ) {
			fail( "Flow $flow not found." );
		}
		say( "Success: Flow $flow execution started." );
		say( "Job ID: $job" );
		if ( false !== ( $options['drain'] ?? true ) ) {
			$steps = lab_dm_run_queue();
			say( "Drained Data Machine actions: 0 batch chunks, $steps step executions, $steps completions, 0 failures, 0 due pending remain." );
		}
		break;

	case 'datamachine drain':
		$jobs  = isset( $options['job-id'] ) ? array_map( 'intval', explode( ',', $options['job-id'] ) ) : null;
		$stats = array( 'step_executions' => lab_dm_run_queue( $jobs ), 'lock_status' => 'unlocked' );
		if ( 'json' === ( $options['format'] ?? 'table' ) ) {
			echo json_encode( $stats, JSON_PRETTY_PRINT ), "\n";
			break;
		}
		rows( array( $stats ), array_keys( $stats ) );
		break;

	case 'datamachine jobs list':
		$limit = (int) ( $options['limit'] ?? 20 );
		$limit = min( 500, $limit < 1 ? 20 : $limit );
		if ( $limit > 100 ) {
			fail( 'Ability "datamachine/get-jobs" has invalid input. Reason: input[per_page] must be between 1 (inclusive) and 100 (inclusive)' );
		}
		if ( 0 === get_current_user_id() ) {
			fail( 'An authenticated acting caller is required to list owned jobs.' );
		}
		// Whoever is no administrator sees jobs of his own, and these have no owner.
		$jobs = current_user_can( 'manage_options' ) ? lab_dm_list_jobs( $limit ) : array();
		if ( isset( $options['fields'] ) && ! $jobs ) {
			warn( 'No items found.' );
		} elseif ( 'json' === ( $options['format'] ?? 'table' ) && ! isset( $options['fields'] ) ) {
			say( json_encode( $jobs, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES ) );
		} elseif ( ! $jobs ) {
			warn( 'No jobs found.' );
		} else {
			rows( $jobs, array( 'id', 'source', 'flow', 'status', 'created', 'completed' ) );
		}
		break;

	case 'datamachine memory compose':
		$name = $words[0] ?? 'AGENTS.md';
		$file = ABSPATH . 'AGENTS.md';
		if ( 'AGENTS.md' !== $name || ! defined( 'DATAMACHINE_COMPOSE_AGENTS_MD' ) || ! DATAMACHINE_COMPOSE_AGENTS_MD ) {
			fail( "File \"$name\" is not registered in the MemoryFileRegistry." );
		}
		if ( false === @file_put_contents( $file, lab_dm_agents_markdown() ) ) {
			fail( 'Failed to write AGENTS.md to disk.' );
		}
		if ( 0060 !== ( fileperms( $file ) & 0060 ) && posix_getuid() === fileowner( $file ) ) {
			chmod( $file, 0664 );
		}
		say( "Success: Regenerated AGENTS.md at $file (2 sections)." );
		break;

	case 'datamachine worker run':
		lab_dm_run_queue();
		$log  = WP_CONTENT_DIR . '/uploads/datamachine-worker.log';
		$line = gmdate( 'c' ) . ' uid=' . posix_geteuid() . "\n";
		if ( false === @file_put_contents( $log, $line, FILE_APPEND ) ) {
			fail( "Could not write $log." );
		}
		say( 'Success: Worker ran once.' );
		break;

	case 'plugin list':
		require_once ABSPATH . 'wp-admin/includes/plugin.php';
		$list = array();
		$add  = function ( string $file, array $plugin, string $status, $update ) use ( &$list ): void {
			$name   = false === strpos( $file, '/' ) ? ( 'dropin' === $status ? $file : basename( $file, '.php' ) ) : dirname( $file );
			$list[] = array( 'name' => $name, 'status' => $status, 'update' => $update, 'version' => $plugin['Version'] ?? '' );
		};
		foreach ( get_plugins() as $file => $plugin ) {
			$add( $file, $plugin, is_plugin_active( $file ) ? 'active' : 'inactive', 'none' );
		}
		foreach ( get_mu_plugins() as $file => $plugin ) {
			$add( $file, $plugin, 'must-use', false );
		}
		foreach ( get_dropins() as $file => $plugin ) {
			$add( $file, array(), 'dropin', false );
		}
		rows( $list, array( 'name', 'status', 'update', 'version' ) );
		break;

	case 'user list':
		$query = array_intersect_key( $options, array_flip( array( 'role', 'orderby', 'order', 'number' ) ) );
		$users = array_map(
			fn ( WP_User $user ): array => array(
				'ID'           => $user->ID,
				'user_login'   => $user->user_login,
				'display_name' => $user->display_name,
				'user_email'   => $user->user_email,
				'roles'        => implode( ',', $user->roles ),
			),
			get_users( $query )
		);
		rows( $users, array( 'ID', 'user_login', 'display_name', 'user_email', 'roles' ) );
		break;
}
