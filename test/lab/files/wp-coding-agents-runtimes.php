<?php
/**
 * Plugin Name: wp-coding-agents runtime signatures
 * Description: Tells Data Machine by which variables it can recognise an agent.
 */

defined( 'ABSPATH' ) || exit;

add_filter( 'datamachine_code_worktree_runtime_signatures', function ( array $signatures ): array {
    // BEGIN runtimes
    // BEGIN runtime:opencode
    $signatures['opencode'] = [ 'key' => 'OPENCODE' ];
    // END runtime:opencode
    // END runtimes
    return $signatures;
} );
