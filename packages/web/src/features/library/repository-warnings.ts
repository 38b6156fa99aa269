import type { Repository } from '@pharos/contract';

const SHORT: readonly [RegExp, string][] = [
  [/plain_?http/i, 'No TLS'],
  [/skip_?verify/i, 'Certificate not checked'],
];

/**
 * What must be seen wherever the repository is; the two dangers of TLS in a few words. The sample's plain HTTP on
 * loopback is by design and no warning.
 */
export function repositoryWarnings(repository: Pick<Repository, 'warnings' | 'isSample'>): string[] {
  const warnings = repository.isSample
    ? repository.warnings.filter((warning) => !/plain_?http/i.test(warning))
    : repository.warnings;
  return [...new Set(warnings.map((warning) => SHORT.find(([pattern]) => pattern.test(warning))?.[1] ?? warning))];
}
