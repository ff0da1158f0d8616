/**
 * The errors that functions of this part return, each by its name. A record of another part is in the `errors` of that part.
 *
 * @module
 */
export type { PhpMissing, PhpNotALiteral, PhpSyntax, PhpUnencodable, PhpUnreadable } from './php/index.js';
export type { FpmPoolInvalid } from './fpm/index.js';
export type { NotASite, UnitNamesNoSite } from './site/index.js';
export type {
  BlockNotFound,
  BodyRefused,
  FenceDamaged,
  HardLinked,
  InvalidLabel,
  NotAChannel,
  RegionMissing,
} from './blocks/index.js';
export type { WpAsRoot, WpFailed, WpMissing, WpOutput } from './wpcli/index.js';
export type { ProbeBadAnswer, ProbeNoAnswer } from './probes/index.js';
