/** What somebody may do, and where: roles with a scope, brought down to areas for each permission. */
import { PERMISSIONS, type Permission, ROLE_PERMISSIONS, type Role, SCOPED_PERMISSIONS } from '@pharos/contract';
import { globSource } from './glob.ts';
import { compilePattern } from './pattern.ts';
import { PatternError } from './pattern-error.ts';

/** A role, and where it holds: `everywhere`, `location:<id>` or `repositories:<glob>`. */
export interface Grant {
  readonly role: Role;
  readonly scope: string;
}

/** A part of the library: one location or every one (null), and there the repositories that all the globs match. */
export interface Area {
  readonly locationId: string | null;
  readonly patterns: readonly string[];
}

/** Where each permission is held. A permission that is not in it is not held at all. */
export type Access = ReadonlyMap<Permission, readonly Area[]>;

/** A row of the library, as a permission looks at it: a repository, a whole location (no repository), or all (neither). */
export interface Place {
  readonly locationId: string | null;
  readonly repository: string | null;
}

const EVERYWHERE: Area = { locationId: null, patterns: [] };
export const ALL_PLACES: Place = { locationId: null, repository: null };

const LOCATION = 'location:';
const REPOSITORIES = 'repositories:';
const PERMISSION = 'permission:';

/** Reads a scope. Throws PatternError for a pattern that is none; null: not a scope at all. */
export function areaOf(scope: string): Area | null {
  if (scope === 'everywhere') return EVERYWHERE;
  if (scope.startsWith(LOCATION) && scope.length > LOCATION.length) {
    return { locationId: scope.slice(LOCATION.length), patterns: [] };
  }
  if (!scope.startsWith(REPOSITORIES)) return null;
  const pattern = scope.slice(REPOSITORIES.length);
  if (pattern.startsWith('re:')) {
    const hint = 'Write a glob, e.g. repositories:edb/** or repositories:postgres*.';
    throw new PatternError('A scope takes globs only.', hint, REPOSITORIES.length);
  }
  compilePattern(pattern);
  return { locationId: null, patterns: [pattern] };
}

/** What a list of roles gives. A scope that cannot be read gives nothing. */
export function accessOf(grants: readonly Grant[]): Access {
  // Whoever is known may ask who they are and sign out, with no role at all.
  const access = new Map<Permission, Area[]>([['session', [EVERYWHERE]]]);
  for (const { role, scope } of grants) {
    const area = readable(scope);
    if (area === null) continue;
    for (const permission of ROLE_PERMISSIONS[role]) {
      if (permission === 'session' || (!isEverywhere(area) && !SCOPED_PERMISSIONS.has(permission))) continue;
      access.set(permission, [...(access.get(permission) ?? []), area]);
    }
  }
  return access;
}

/** What two accesses have in common: a token may do what its owner may, within what the token says. */
export function intersect(one: Access, other: Access): Access {
  const access = new Map<Permission, readonly Area[]>();
  for (const [permission, areas] of one) {
    const common = areas.flatMap((area) =>
      (other.get(permission) ?? []).flatMap((theirs) => {
        const met = meet(area, theirs);
        if (met === null) return [];
        return permission === 'session' || isEverywhere(met) || SCOPED_PERMISSIONS.has(permission) ? [met] : [];
      }),
    );
    if (common.length > 0) access.set(permission, common);
  }
  return access;
}

/**
 * An access within the scopes of a token: places (`location:…`, `repositories:…`, any of them) and permissions
 * (`permission:…`). A place that cannot be read bounds to nothing.
 */
export function boundedBy(access: Access, scopes: readonly string[]): Access {
  const permissions = scopes
    .filter((scope) => scope.startsWith(PERMISSION))
    .map((scope) => scope.slice(PERMISSION.length));
  const places = scopes.filter((scope) => !scope.startsWith(PERMISSION));
  const areas = places.length === 0 ? [EVERYWHERE] : places.flatMap((scope) => readable(scope) ?? []);
  const bound = new Map<Permission, readonly Area[]>();
  for (const permission of PERMISSIONS) {
    if (permission === 'session') bound.set(permission, [EVERYWHERE]);
    else if (permissions.length === 0 || permissions.includes(permission)) bound.set(permission, areas);
  }
  return intersect(access, bound);
}

function meet(one: Area, other: Area): Area | null {
  if (one.locationId !== null && other.locationId !== null && one.locationId !== other.locationId) return null;
  return {
    locationId: one.locationId ?? other.locationId,
    patterns: [...new Set([...one.patterns, ...other.patterns])],
  };
}

/** Where a permission is held: `everywhere`, in some areas, or nowhere (an empty list). */
export function reachOf(access: Access, permission: Permission): 'everywhere' | readonly Area[] {
  if (permission === 'public') return 'everywhere';
  const areas = access.get(permission) ?? [];
  return areas.some(isEverywhere) ? 'everywhere' : areas;
}

/** Whether a place lies in one of the areas. */
export function covers(areas: readonly Area[], place: Place): boolean {
  return areas.some((area) => {
    if (area.locationId !== null && area.locationId !== place.locationId) return false;
    if (area.patterns.length === 0) return true;
    const { repository } = place;
    return repository !== null && area.patterns.every((pattern) => compilePattern(pattern).test(repository));
  });
}

/** The area in the form that the database compares with: a whole-name regular expression for each glob. */
export function areaForSql({ locationId, patterns }: Area): { location: string | null; patterns: string[] } {
  return { location: locationId, patterns: patterns.map((pattern) => `^(?:${globSource(pattern)})$`) };
}

function isEverywhere({ locationId, patterns }: Area): boolean {
  return locationId === null && patterns.length === 0;
}

function readable(scope: string): Area | null {
  try {
    return areaOf(scope);
  } catch (error) {
    if (error instanceof PatternError) return null;
    throw error;
  }
}
