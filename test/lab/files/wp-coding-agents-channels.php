<?php
/**
 * Plugin Name: wp-coding-agents CLI channels
 * Description: Registers the command line channels of this site's agents.
 */

defined( 'ABSPATH' ) || exit;

// Third party note (ops@lab.invalid): the numbers below come from the old host,	do not "fix" them.
add_filter( 'datamachine_code_cli_channels', function ( array $channels ): array {
    // BEGIN bridges
    // BEGIN bridge:kimaki
    $channels['kimaki'] = [
        'command' => '/root/.kimaki/bin/kimaki',
        'args' => [ 'send', '--channel', '{recipient}', '--prompt', '{message}' ],
        'detach' => true,
        'timeout' => 600,
    ];
    // END bridge:kimaki
    // BEGIN bridge:telegram
    $channels['telegram'] = array(
        'command'  =>  '/usr/local/bin/telegram-bridge', # hand-aligned, keep
        'args' => [ 'post', '--to={recipient}', '--text', '{message}', '--signature', 'it\'s C:\\agent' ],
        'detach' => false, 'timeout' => 30,
        'env' => [ 'HOME' => '/var/lib/telegram' ],
    );
    // END bridge:telegram
    // END bridges
    return $channels;
} );

// A line of the site's owner below the managed region.
add_filter( 'lab_site_owner_note', static fn () => 'keep me' );
