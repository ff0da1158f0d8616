// Before npm pack: what is packed is built from what is here, types included.
import { ensureBuilt } from './ensureBuilt.mjs';

ensureBuilt();
