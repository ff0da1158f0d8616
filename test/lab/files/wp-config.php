<?php
define( 'DB_NAME', 'wp' );
define( 'DB_USER', 'wp' );
define( 'DB_PASSWORD', 'wp' );
define( 'DB_HOST', 'localhost' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );

foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $lab_name ) {
	define( $lab_name . '_KEY', 'lab-key-' . $lab_name );
	define( $lab_name . '_SALT', 'lab-salt-' . $lab_name );
}

$table_prefix = 'wp_';

// The lab's visitors call wp-cron.php themselves (lab-visitors.timer).
define( 'DISABLE_WP_CRON', true );
// After a php-fpm restart in the middle of a run WordPress holds the cron lock this long.
define( 'WP_CRON_LOCK_TIMEOUT', 10 );
// The host has no network.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_DEBUG', false );
// As the installer of the agent's runtime writes it.
define( 'DATAMACHINE_COMPOSE_AGENTS_MD', true );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
