/**
 * Typed systemd and POSIX primitives for WordPress agent hosts, and the recipe made of them.
 * Each namespace is also a subpath export of the same name.
 *
 * @packageDocumentation
 */
export * as posix from './posix/index.js';
export * as systemd from './systemd/index.js';
export * as wordpress from './wordpress/index.js';
export * as kimaki from './kimaki/index.js';
export * as recipes from './recipes/index.js';
