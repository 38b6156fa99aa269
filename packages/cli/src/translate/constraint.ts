/** Version constraints of Go's Masterminds/semver, as Flux, Kargo and Argo CD Image Updater take them. */
import type { TagSetDraft } from './translation.ts';

type VersionDraft = NonNullable<TagSetDraft['version']>;

/**
 * The `version` clause for a constraint; absent or `*` is every version. Masterminds leaves pre-releases out unless the
 * constraint has one itself (`>=1.0.0-0`), which our ranges say by `prerelease`.
 */
export function versionOf(
  constraint: string | undefined,
  isStrict: boolean,
): { version: VersionDraft; notes: string[] } {
  const text = (constraint ?? '').trim();
  const hasPrerelease = /\d-[0-9A-Za-z]/.test(text);
  const range = text.replaceAll(/(\d)-[0-9A-Za-z][0-9A-Za-z.-]*/g, '$1').replaceAll(/\+[0-9A-Za-z.-]+/g, '');
  const isNamedPrerelease = hasPrerelease && !/^[^-]*-0(?=$|[\s,|<>])/.test(text);
  return {
    version: {
      scheme: isStrict ? 'semver' : 'loose',
      ...(range === '' || range === '*' ? {} : { range }),
      prerelease: hasPrerelease ? 'include' : 'exclude',
      ...(isStrict ? { floating: 'exclude' as const } : {}),
      parsedOnly: true,
    },
    notes: isNamedPrerelease
      ? [
          `The constraint "${text}" names a pre-release; a range here compares numbers only, and takes all pre-releases.`,
        ]
      : [],
  };
}
