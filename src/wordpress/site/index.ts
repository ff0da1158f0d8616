export { fileStatus } from './fileStatus.js';
export { findContraryDefines } from './findContraryDefines.js';
export type { ContraryDefine } from './findContraryDefines.js';
export { findSite } from './findSite.js';
export { findSiteOfUnit } from './findSiteOfUnit.js';
export type { UnitNamesNoSite } from './findSiteOfUnit.js';
export { FS_CHMOD_DIR, FS_CHMOD_FILE, fsChmodMuPlugin } from './fsChmodMuPlugin.js';
export type { MuPlugin } from './fsChmodMuPlugin.js';
export type { Site, SiteError, SiteOptions, SiteOwner } from './site.js';
