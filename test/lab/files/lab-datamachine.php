<?php
/**
 * Plugin Name: Lab double of Data Machine
 * Description: A DOUBLE, for the lab's tests only: Data Machine's flow runner and data-machine-code's CLI transport, as
 *              far as a dispatch needs them. Nothing here is evidence about the real plugins. Action Scheduler's queue runs
 *              every ten seconds here, and not every minute.
 *
 * A flow sends its message through the CLI channel the filter `datamachine_code_cli_channels` registers: array-form
 * proc_open from `/`, with PATH and the entry's `env` and nothing else. A job is `completed` only when the service has
 * reported, in uploads/agent, that it read the job's message back from its own database.
 */

defined( 'ABSPATH' ) || exit;

const LAB_DM_HOOK        = 'lab_datamachine_run_flow';
const LAB_DM_SEARCH_PATH = '/usr/local/bin:/usr/bin:/bin';

add_filter( 'cron_schedules', function ( array $schedules ): array {
	$schedules['every_10_seconds'] = array( 'interval' => 10, 'display' => 'Every ten seconds' );
	return $schedules;
} );

add_action( LAB_DM_HOOK, function ( int $flow_id ): void {
	lab_dm_queue( $flow_id );
	lab_dm_run_queue();
} );

/** Creates the jobs table, the pipelines, the flows and the schedule; run once, when the host is built. */
function lab_dm_install(): void {
	global $wpdb;
	$wpdb->query( 'CREATE TABLE ' . lab_dm_table() . ' (
		id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
		flow_id INT NOT NULL, flow VARCHAR(200) NOT NULL, source VARCHAR(20) NOT NULL, status VARCHAR(40) NOT NULL,
		created DATETIME NOT NULL, completed DATETIME NULL, error TEXT NULL
	) ' . $wpdb->get_charset_collate() );
	update_option( 'lab_dm_pipelines', array(
		array( 'id' => 1, 'name' => 'Agent Reports' ),
		array( 'id' => 2, 'name' => 'Digests' ),
	) );
	update_option( 'lab_dm_flows', array(
		array(
			'id' => 1, 'name' => 'EC Agent Progress Ping', 'pipeline_id' => 1, 'schedule' => 'every_10_seconds',
			'channel' => 'kimaki', 'recipient' => '1001',
			'message' => 'Report your progress (job:{job_id}).',
		),
		array(
			'id' => 2, 'name' => 'Weekly Digest', 'pipeline_id' => 2, 'schedule' => 'manual',
			'channel' => 'telegram', 'recipient' => '-77',
			'message' => 'The week in one line (job:{job_id}).',
		),
	) );
	wp_schedule_event( time(), 'every_10_seconds', LAB_DM_HOOK, array( 1 ) );
}

function lab_dm_table(): string {
	global $wpdb;
	return $wpdb->prefix . 'lab_dm_jobs';
}

function lab_dm_now(): string {
	return gmdate( 'Y-m-d H:i:s' );
}

function lab_dm_flow( int $id ): ?array {
	foreach ( get_option( 'lab_dm_flows', array() ) as $flow ) {
		if ( $flow['id'] === $id ) {
			return $flow;
		}
	}
	return null;
}

/** Seconds in which a message has to arrive; on a busy machine it takes ten. A test whose messages never arrive writes fewer there. */
function lab_dm_arrives_in(): int {
	return (int) ( @file_get_contents( '/run/lab-arrives-in' ) ?: 100 );
}

/** The rows of `wp datamachine flows list`. */
function lab_dm_list_flows(): array {
	return array_map( function ( array $flow ): array {
		$next = wp_next_scheduled( LAB_DM_HOOK, array( $flow['id'] ) );
		return array(
			'id'          => $flow['id'],
			'name'        => $flow['name'],
			'pipeline_id' => $flow['pipeline_id'],
			'schedule'    => $flow['schedule'],
			'handlers'    => '',
			'config'      => '',
			'max_items'   => '',
			'status'      => lab_dm_last_status( $flow['id'] ) ?? 'Never',
			'next_run'    => $next ? gmdate( 'M j, Y g:i a', $next ) : 'Not scheduled',
		);
	}, get_option( 'lab_dm_flows', array() ) );
}

/** How the newest job of a flow that has ended ended. */
function lab_dm_last_status( int $flow_id ): ?string {
	global $wpdb;
	$ended = 'SELECT status FROM ' . lab_dm_table() . ' WHERE flow_id = %d AND completed IS NOT NULL ORDER BY id DESC LIMIT 1';
	return $wpdb->get_var( $wpdb->prepare( $ended, $flow_id ) );
}

/** The rows of `wp datamachine jobs list`, newest first. */
function lab_dm_list_jobs( int $limit ): array {
	global $wpdb;
	lab_dm_settle_jobs();
	return array_map( fn ( array $row ): array => array(
		'id'        => (int) $row['id'],
		'source'    => $row['source'],
		'flow'      => $row['flow'],
		'status'    => $row['status'],
		'created'   => $row['created'],
		'completed' => $row['completed'] ?? '-',
		'error'     => $row['error'],
	), $wpdb->get_results( 'SELECT * FROM ' . lab_dm_table() . " ORDER BY id DESC LIMIT $limit", ARRAY_A ) );
}

/** Queues a flow; returns the job's id, or 0 where there is no such flow. */
function lab_dm_queue( int $flow_id ): int {
	global $wpdb;
	$flow = lab_dm_flow( $flow_id );
	if ( null === $flow ) {
		return 0;
	}
	$wpdb->insert( lab_dm_table(), array(
		'flow_id' => $flow_id, 'flow' => $flow['name'], 'source' => 'pipeline',
		'status'  => 'pending', 'created' => lab_dm_now(),
	) );
	return (int) $wpdb->insert_id;
}

/** Carries out what is queued, or these jobs of it, in this process as this process's user; returns how many there were. */
function lab_dm_run_queue( ?array $jobs = null ): int {
	global $wpdb;
	lab_dm_settle_jobs();
	$done = 0;
	foreach ( $wpdb->get_results( 'SELECT id, flow_id FROM ' . lab_dm_table() . " WHERE status = 'pending'", ARRAY_A ) as $row ) {
		$job = (int) $row['id'];
		$own = null === $jobs || in_array( $job, $jobs, true );
		// Another process may have it already.
		$claimed = $own ? $wpdb->update( lab_dm_table(), array( 'status' => 'processing', 'created' => lab_dm_now() ), array( 'id' => $job, 'status' => 'pending' ) ) : 0;
		if ( 1 === $claimed ) {
			lab_dm_execute( $job, (array) lab_dm_flow( (int) $row['flow_id'] ) );
			++$done;
		}
	}
	return $done;
}

function lab_dm_execute( int $job, array $flow ): void {
	$error = lab_dm_dispatch( $flow['channel'], array(
		'{recipient}'       => $flow['recipient'],
		'{message}'         => str_replace( '{job_id}', (string) $job, $flow['message'] ),
		'{conversation_id}' => 'lab-' . $job,
		'{channel}'         => $flow['channel'],
	) );
	if ( null !== $error ) {
		lab_dm_finish( $job, 'failed', $error );
	}
}

/** Sends through a registered CLI channel; returns the transport's error code, or null for "sent". */
function lab_dm_dispatch( string $name, array $tokens ): ?string {
	$channels = apply_filters( 'datamachine_code_cli_channels', array() );
	if ( ! isset( $channels[ $name ]['command'] ) ) {
		return 'datamachine_code_cli_channel_missing';
	}
	$entry   = $channels[ $name ];
	$command = array_merge(
		array( $entry['command'] ),
		array_map( fn ( string $arg ): string => strtr( $arg, $tokens ), $entry['args'] ?? array() )
	);
	$env     = array_merge( array( 'PATH' => LAB_DM_SEARCH_PATH ), $entry['env'] ?? array() );
	$output  = array( 'file', '/dev/null', 'w' );
	$streams = array( array( 'file', '/dev/null', 'r' ), $output, $output );

	// proc_open() gives a resource even when the exec fails in the child, so look first.
	if ( ! is_executable( $entry['command'] ) ) {
		return 'datamachine_code_cli_dispatch_spawn_failed';
	}
	$process = @proc_open( $command, $streams, $pipes, '/', $env );
	if ( ! is_resource( $process ) ) {
		return 'datamachine_code_cli_dispatch_spawn_failed';
	}
	if ( ! empty( $entry['detach'] ) ) {
		return null; // Its exit status is never seen.
	}
	$deadline = microtime( true ) + ( $entry['timeout'] ?? 60 );
	do {
		$status = proc_get_status( $process );
		if ( ! $status['running'] ) {
			proc_close( $process );
			return 0 === $status['exitcode'] ? null : 'datamachine_code_cli_dispatch_nonzero_exit';
		}
		usleep( 50000 );
	} while ( microtime( true ) < $deadline );
	proc_terminate( $process, 9 );
	proc_close( $process );
	return 'datamachine_code_cli_dispatch_timeout';
}

/** Completes the open jobs whose message has arrived, and fails those that waited too long. */
function lab_dm_settle_jobs(): void {
	global $wpdb;
	$open = $wpdb->get_results( 'SELECT id, created FROM ' . lab_dm_table() . " WHERE status = 'processing'", ARRAY_A );
	if ( ! $open ) {
		return;
	}
	$arrived = lab_dm_arrived_jobs();
	foreach ( $open as $row ) {
		$job = (int) $row['id'];
		if ( isset( $arrived[ $job ] ) ) {
			lab_dm_finish( $job, 'completed', null );
		} elseif ( strtotime( $row['created'] . ' UTC' ) + lab_dm_arrives_in() < time() ) {
			lab_dm_finish( $job, 'failed', 'lab_message_never_arrived' );
		}
	}
}

/** The jobs named by the messages the service has reported: job id => true. */
function lab_dm_arrived_jobs(): array {
	$arrived = array();
	foreach ( glob( WP_CONTENT_DIR . '/uploads/agent/*.json' ) ?: array() as $file ) {
		$message = json_decode( (string) @file_get_contents( $file ), true );
		if ( is_array( $message ) && preg_match( '/job:(\d+)\b/', $message['prompt'] ?? '', $match ) ) {
			$arrived[ (int) $match[1] ] = true;
		}
	}
	return $arrived;
}

function lab_dm_finish( int $job, string $status, ?string $error ): void {
	global $wpdb;
	$wpdb->query( $wpdb->prepare(
		'UPDATE ' . lab_dm_table() . " SET status = %s, completed = %s, error = NULLIF(%s, '')
		WHERE id = %d AND status = 'processing'",
		$status, lab_dm_now(), (string) $error, $job
	) );
}

/** AGENTS.md as this user would write it: the flag is there for root alone. */
function lab_dm_agents_markdown(): string {
	$wp = 0 === posix_geteuid() ? 'wp --allow-root' : 'wp';
	return "# Lab site\n\nComposed by Data Machine; run `$wp datamachine memory compose AGENTS.md` to renew it.\n\n"
		. "- WP-CLI on this host: `$wp`\n- Flows: `$wp datamachine flows list --format=json`\n"
		. "- Workspace: /var/lib/datamachine/workspace\n";
}
