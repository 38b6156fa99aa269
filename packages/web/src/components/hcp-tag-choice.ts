/** The logic of choosing HCP tags for one thing or for many. */

type Carried = readonly (readonly { id: string }[])[];

/** Whether all (true), none (false) or some (null) of the things carry an HCP tag. */
export function stateOf(carried: Carried, id: string): boolean | null {
  const count = carried.filter((tags) => tags.some((tag) => tag.id === id)).length;
  return count === 0 ? false : count === carried.length ? true : null;
}

/** What has to be put on and taken off: only what somebody chose, and only where it changes something. */
export function changesOf(carried: Carried, wanted: ReadonlyMap<string, boolean>): { add: string[]; remove: string[] } {
  const changed = [...wanted].filter(([id, on]) => stateOf(carried, id) !== on);
  return {
    add: changed.filter(([, on]) => on).map(([id]) => id),
    remove: changed.filter(([, on]) => !on).map(([id]) => id),
  };
}
