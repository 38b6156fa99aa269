import { Label } from '@patternfly/react-core';
import type { Image, TagDetail } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { type Fact, Facts } from '../../components/facts.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { ENGINE_NAMES, KIND_NAMES, WarningLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Size } from '../../components/size.tsx';
import { lifecycleFacts } from './lifecycle-facts.tsx';
import { provenance } from './source-words.ts';

/** What the image is, each fact with where it was read. */
export function TagFactsPanel({ tag, image }: { tag: TagDetail; image: Image }): ReactElement {
  const { facts } = image;
  const { sources, confidence } = facts;
  const from = (key: string, value: ReactNode) => (
    <span>
      {value}
      {sources[key] ? <span className="ph-source"> {provenance(sources[key], confidence[key])}</span> : null}
    </span>
  );
  const version = tag.version ?? facts.version;
  const size = tag.size ?? image.size;
  const list: (Fact | null)[] = [
    facts.engine ? ['Engine', from('engine', ENGINE_NAMES[facts.engine])] : null,
    version ? ['Version', from('version', versionText(version))] : null,
    version?.build ? ['Build', <BuildText key="b" build={version.build} time={version.buildTime} />] : null,
    version?.flavour ? ['Flavour', version.flavour] : null,
    facts.model ? ['Model', from('model', modelText(facts.model))] : null,
    ...MODEL_FACTS.map(([key, term]): Fact | null => {
      const value = facts.model?.[key] ?? null;
      if (value === null) return null;
      return [
        term,
        from(key, typeof value === 'number' ? formatCount(value) : <HostileText text={value} clamp={100} />),
      ];
    }),
    ['Operating system', from('os', foreign(facts.os ?? version?.os ?? null))],
    ['Base image', from('baseImage', foreign(facts.baseImage))],
    facts.kind === 'postgres' ? ['Transparent Data Encryption', from('tde', tdeWords(facts.tde))] : null,
    facts.features.length > 0 ? ['Features', <Features key="f" features={facts.features} />] : null,
    facts.uid === null
      ? null
      : [
          'Runs as',
          from(
            'uid',
            <>
              user <HostileText text={facts.uid} clamp={60} />
            </>,
          ),
        ],
    [
      'Created',
      <span key="c">
        <RelativeTime time={facts.createdAt ?? tag.createdAt} absent="not stated by the image" />
        {facts.createdSource ? (
          <span className="ph-source"> {provenance(facts.createdSource, confidence.createdAt)}</span>
        ) : null}
      </span>,
    ],
    tag.pushedAt ? ['Pushed', <RelativeTime key="p" time={tag.pushedAt} />] : null,
    ['First seen', <RelativeTime key="s" time={tag.firstSeenAt} />],
    // An index has no size of its own; its platforms have, and stand below.
    size === null ? null : ['Size', <Size key="z" bytes={size} />],
    ['Kind', from('kind', kindText(facts.kind, facts.subkind))],
    facts.declaredKind === null ? null : ['Declared kind', <DeclaredKind key="d" facts={facts} />],
    [
      'Media type',
      <code key="m" className="ph-break">
        {image.mediaType}
      </code>,
    ],
    tag.previous ? ['Older version', <Previous key="o" tag={tag} name={tag.previous} />] : null,
    ...lifecycleFacts(tag),
  ];
  return (
    <Panel title="Facts">
      <Facts facts={list} label="Facts" />
    </Panel>
  );
}

/** What a model's configuration says, where its format has it. */
const MODEL_FACTS = [
  ['parameters', 'Parameters'],
  ['precision', 'Precision'],
  ['contextLength', 'Context length'],
  ['architecture', 'Architecture'],
  ['format', 'Format'],
  ['licence', 'Licence'],
] as const;

/** What the rule says beside what was found; that they differ is a finding above, with its cure. */
function DeclaredKind({ facts }: { facts: Image['facts'] }): ReactElement {
  const { kind, declaredKind } = facts;
  return (
    <span className="ph-inline-list">
      <span>
        {KIND_NAMES[declaredKind ?? kind]} <span className="ph-source">by the rule</span>
      </span>
      {declaredKind !== kind ? <WarningLabel text="Not what was found" /> : null}
    </span>
  );
}

function foreign(value: string | null): ReactNode {
  return value === null ? <span className="ph-quiet">not stated by the image</span> : <HostileText text={value} />;
}

function versionText(version: NonNullable<TagDetail['version']>): string {
  const number = [version.major, version.minor, version.patch].filter((part) => part !== null).join('.');
  const name = number === '' ? version.raw : number;
  return `${name}${version.prerelease ? ` ${version.prerelease}` : ''}${version.floating ? ' (moves)' : ''}`;
}

function BuildText({ build, time }: { build: string; time: string | null }): ReactElement {
  return (
    <span>
      <code>{build}</code>
      {time ? (
        <>
          , <RelativeTime time={time} />
        </>
      ) : null}
    </span>
  );
}

function modelText(model: NonNullable<Image['facts']['model']>): ReactNode {
  const words = [model.publisher, model.name, model.version].filter((part) => part !== null).join(' ');
  return <HostileText text={model.type ? `${words} (${model.type})` : words} />;
}

function tdeWords(tde: boolean | null): string {
  if (tde === null) return 'not known';
  return tde ? 'supported' : 'not supported';
}

function kindText(kind: Image['kind'], subkind: string | null): string {
  return subkind ? `${KIND_NAMES[kind]} (${subkind})` : KIND_NAMES[kind];
}

function Features({ features }: { features: readonly string[] }): ReactElement {
  return (
    <span className="ph-inline-list">
      {features.map((feature) => (
        <Label key={feature} isCompact variant="outline">
          <HostileText text={feature} clamp={60} />
        </Label>
      ))}
    </span>
  );
}

function Previous({ tag, name }: { tag: TagDetail; name: string }): ReactElement {
  return (
    <Link to="/library/$repositoryId/tags/$name" params={{ repositoryId: tag.repositoryId, name }} className="ph-break">
      {name}
    </Link>
  );
}
