<?php
/**
 * Plugin Name: wp-coding-agents — CLI channel registry
 */

defined( 'ABSPATH' ) || exit;

add_filter( 'datamachine_code_cli_channels', function ( $channels ) {
    if ( ! is_array( $channels ) ) {
        $channels = [];
    }

    // BEGIN bridges
    // BEGIN bridge:roadie
    $channels['roadie'] = [
        'command' => '/usr/local/lib/wp-coding-agents/roadie/bin/roadie',
        'args'    => [ 'send', '--channel', '{recipient}', '--prompt', '{message}' ],
        'timeout' => 600,
        'env'     => [ 'ROADIE_SERVICE_TOKEN_FILE' => '/etc/wp-coding-agents/roadie/send-token', 'HOME' => '/tmp', 'ROADIE_DATA_DIR' => '/root/.roadie' ],
    ];
    // END bridge:roadie
    // END bridges

    return $channels;
} );
