import { useQuery } from '@tanstack/react-query';
import { locationsQuery } from '../../api/agents.ts';
import { registriesQuery } from '../../api/registries.ts';
import { rulesQuery } from '../../api/rules.ts';
import { trustListQuery } from '../../api/trust.ts';
import { KIND_NAMES } from '../../components/labels.tsx';
import type { Names } from './requirement-words.ts';

const ALL = { limit: 1000 };
const named = (items: readonly { id: string; name: string }[] | undefined) =>
  new Map((items ?? []).map(({ id, name }) => [id, name]));

/** What a policy can point at, by id. */
export function useNames(): Names & { readonly locations: ReadonlyMap<string, string>; readonly isLoaded: boolean } {
  const registries = useQuery(registriesQuery());
  const rules = useQuery(rulesQuery(ALL));
  const trust = useQuery(trustListQuery(ALL));
  const locations = useQuery(locationsQuery);
  return {
    kinds: new Map(Object.entries(KIND_NAMES)),
    registries: named(registries.data?.items),
    rules: named(rules.data?.items),
    trust: named(trust.data?.items),
    locations: named(locations.data?.items),
    isLoaded: [registries, rules, trust, locations].every(({ isPending }) => !isPending),
  };
}
