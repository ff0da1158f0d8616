/** A channels file as installers write it, with a hand-made comment, a documentation block and two bridges. */
export const CHANNELS = Buffer.from(`<?php
/**
 * Plugin Name: channels
 *
 *   // BEGIN bridge:<name>
 *   // END bridge:<name>
 */
add_filter( 'datamachine_code_cli_channels', function ( $channels ) {
    // BEGIN bridges
    // BEGIN bridge:kimaki
    $channels['kimaki'] = [
        'command' => '/root/.kimaki/bin/kimaki', // é
        'args'    => [ 'send', '--channel', '{recipient}', '--prompt', '{message}' ],
        'detach'  => true,
        'timeout' => 600,
    ];
    // END bridge:kimaki
    // by hand: between blocks
    // BEGIN bridge:cc-connect
    $channels['cc-connect'] = [ 'command' => '/usr/bin/cc' ];
    // END bridge:cc-connect
    // END bridges
    return $channels;
} );
`);

/** The body of the kimaki block in {@link CHANNELS}. */
export const KIMAKI_BODY = `    $channels['kimaki'] = [
        'command' => '/root/.kimaki/bin/kimaki', // é
        'args'    => [ 'send', '--channel', '{recipient}', '--prompt', '{message}' ],
        'detach'  => true,
        'timeout' => 600,
    ];
`;
