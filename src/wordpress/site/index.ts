export { fifoInSite, whatHeldPhp } from './fifoInSite.js';
export { findContraryDefines } from './findContraryDefines.js';
export { findSite } from './findSite.js';
export { findSiteOfUnit } from './findSiteOfUnit.js';
export type { UnitNamesNoSite } from './findSiteOfUnit.js';
export { fsChmodMuPlugin } from './fsChmodMuPlugin.js';
export type { NotASite, Site, SiteError } from './site.js';
