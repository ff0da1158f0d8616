import { UNIT_TYPES, unitNameForm, unitNameParts } from '../names/index.js';

/**
 * Why a link within the load path gives its unit no second name, or null when it does. systemd goes on as if such a
 * link were not there.
 *
 * Source: `unit_validate_alias_symlink_and_warn()` in systemd's src/basic/unit-file.c.
 *
 * @param name - of the link, a valid name of a unit
 * @param target - the last component of where it leads
 */
export function aliasFault(name: string, target: string): string | null {
  const from = unitNameParts(name);
  const to = unitNameParts(target);
  if (from === null || to === null) return `'${target}' is not the name of a unit`;
  const allows = UNIT_TYPES.get(from.type);
  if (allows?.aliases !== true) return `a unit of type ${from.type} may not have a second name`;
  if (from.instance !== null && !allows.templates) return `units of type ${from.type} have no templates`;
  if (name === target) return 'it leads to a file of the same name, which counts instead';
  if (from.type !== to.type) return `${target} is a unit of another type`;
  const isOfForm = unitNameForm(from) === unitNameForm(to);
  if (!isOfForm && !(unitNameForm(from) === 'instance' && unitNameForm(to) === 'template')) {
    return `a ${unitNameForm(from)} name may not lead to the ${unitNameForm(to)} name ${target}`;
  }
  if (unitNameForm(to) === 'instance' && from.instance !== to.instance) return `${target} is another instance`;
  return null;
}
