/** Whether what serves models is installed in a location, as its agents find. */
import type { ServingTarget } from '@pharos/contract';
import type { Context } from '../context.ts';

/** As agents name what they miss. */
const KINDS: Record<ServingTarget, string> = {
  kserve: 'InferenceService of serving.kserve.io',
  'nim-operator': 'NIMService of apps.nvidia.com',
};

/** undefined: no agent that is connected there looks for it. */
export async function hasOperator(
  { reader, now }: Context,
  location: string,
  target: ServingTarget,
): Promise<boolean | undefined> {
  const { items } = await reader.whole.agents.list({ limit: 1000 }, now());
  const looked = items.flatMap(({ locationId, state, kubernetes }) =>
    locationId === location && state === 'connected' && kubernetes?.connected
      ? kubernetes.capabilities.filter(({ name }) => name === 'models')
      : [],
  );
  if (looked.length === 0) return undefined;
  return looked.some(({ missing }) => missing.every((text) => !text.includes(KINDS[target])));
}
