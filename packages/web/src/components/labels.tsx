/** Words with colour and icon. No meaning is carried by colour alone. */

import { Label, type LabelProps } from '@patternfly/react-core';
import type {
  AdmissionStatus,
  Agent,
  Check,
  Delivery,
  Dispatch,
  Engine,
  ImageState,
  Kind,
  Presence,
  RegistryEvent,
  RegistryStatus,
  Scan,
} from '@pharos/contract';
import type { ComponentType, ReactElement } from 'react';
import {
  BanIcon,
  BrainIcon,
  CheckCircleIcon,
  ClockIcon,
  CubeIcon,
  CubesIcon,
  DatabaseIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  HistoryIcon,
  InfoCircleIcon,
  MinusCircleIcon,
  PlusCircleIcon,
  PuzzlePieceIcon,
  QuestionCircleIcon,
  SyncAltIcon,
} from './icons.ts';

interface Look {
  word: string;
  color: NonNullable<LabelProps['color']>;
  icon: ComponentType;
}

const GOOD = { color: 'green', icon: CheckCircleIcon } as const;
const WARN = { color: 'yellow', icon: ExclamationTriangleIcon } as const;
const BAD = { color: 'red', icon: ExclamationCircleIcon } as const;
const QUIET = { color: 'grey', icon: MinusCircleIcon } as const;

const IMAGE_STATES: Record<ImageState, Look> = {
  pending: { word: 'Pending', color: 'grey', icon: ClockIcon },
  approved: { word: 'Approved', ...GOOD },
  rejected: { word: 'Rejected', ...BAD },
  deprecated: { word: 'Deprecated', ...WARN },
  revoked: { word: 'Revoked', color: 'red', icon: BanIcon },
};

const DISPATCH_STATES: Record<Dispatch['state'] | 'drifted', Look> = {
  waiting: { word: 'Waiting', color: 'grey', icon: ClockIcon },
  applying: { word: 'Applying', color: 'blue', icon: SyncAltIcon },
  applied: { word: 'Applied', ...GOOD },
  drifted: { word: 'Drifted', ...WARN },
  failed: { word: 'Failed', ...BAD },
  deleting: { word: 'Deleting', color: 'blue', icon: SyncAltIcon },
  deleted: { word: 'Deleted', ...QUIET },
};

/** States by their words. */
export const IMAGE_STATE_NAMES = Object.fromEntries(
  Object.entries(IMAGE_STATES).map(([state, { word }]) => [state, word]),
) as Record<ImageState, string>;

const SCAN_STATES: Record<Scan['status'], Look> = {
  running: { word: 'Running', color: 'blue', icon: SyncAltIcon },
  complete: { word: 'Complete', ...GOOD },
  partial: { word: 'Partial', ...WARN },
  failed: { word: 'Failed', ...BAD },
};

const REGISTRY_STATES: Record<RegistryStatus['state'], Look> = {
  unknown: { word: 'Not checked', color: 'grey', icon: QuestionCircleIcon },
  checking: { word: 'Checking', color: 'blue', icon: SyncAltIcon },
  ok: { word: 'Answers', ...GOOD },
  warning: { word: 'Answers, with warnings', ...WARN },
  error: { word: 'Fails', ...BAD },
};

const CHECK_STATES: Record<Check['state'], Look> = {
  ok: { word: 'Passed', ...GOOD },
  warning: { word: 'Warning', ...WARN },
  error: { word: 'Failed', ...BAD },
  skipped: { word: 'Skipped', ...QUIET },
};

/** What an agent does because of a registry, by subject and state of an event. */
const READING_CHANGES: Readonly<Record<string, Look>> = {
  'breaker open': { word: 'Not asked', ...WARN },
  'breaker closed': { word: 'Asked again', ...GOOD },
  'pause paused': { word: 'Paused', color: 'yellow', icon: ClockIcon },
  'pause none': { word: 'Goes on', ...GOOD },
  'allowance used-up': { word: 'Used up', ...WARN },
  'allowance left': { word: 'Free again', ...GOOD },
};

const READING_STATES = {
  reading: { word: 'Read as usual', ...GOOD },
  paused: { word: 'Paused', color: 'yellow', icon: ClockIcon },
  away: { word: 'Not asked for a moment', ...WARN },
  'finding-out': { word: 'Finding out whether it is back', color: 'blue', icon: SyncAltIcon },
  failing: { word: 'Fails', ...BAD },
  'used-up': { word: 'Allowance used up', ...WARN },
} as const satisfies Record<string, Look>;

const AGENT_STATES: Record<Agent['state'], Look> = {
  connected: { word: 'Connected', ...GOOD },
  late: { word: 'Late', ...WARN },
  lost: { word: 'Lost', ...BAD },
};

const ADMISSION_MODES: Record<AdmissionStatus['mode'], Look> = {
  enforce: { word: 'Enforces', ...GOOD },
  audit: { word: 'Audit only', ...WARN },
};

const SNAPSHOT_STATES: Record<AdmissionStatus['state'], Look> = {
  ok: { word: 'In use', ...GOOD },
  stale: { word: 'Too old', ...BAD },
  missing: { word: 'Missing', ...BAD },
};

const DELIVERY_OUTCOMES: Record<Delivery['outcome'], Look> = {
  queued: { word: 'Waits', color: 'blue', icon: ClockIcon },
  done: { word: 'Read', ...GOOD },
  failed: { word: 'Failed', ...BAD },
  ignored: { word: 'Ignored', ...QUIET },
};

const PRESENCES: Record<Presence, Look> = {
  present: { word: 'Present', ...GOOD },
  missing: { word: 'Missing', ...WARN },
  retired: { word: 'Retired', color: 'grey', icon: HistoryIcon },
};

const KINDS: Record<Kind, Look> = {
  postgres: { word: 'PostgreSQL', color: 'blue', icon: DatabaseIcon },
  model: { word: 'AI model', color: 'purple', icon: BrainIcon },
  extension: { word: 'Extension', color: 'teal', icon: PuzzlePieceIcon },
  component: { word: 'Component', color: 'grey', icon: CubesIcon },
  other: { word: 'Other', color: 'grey', icon: CubeIcon },
};

/** A whole word for a kind, for titles and filters. */
export const KIND_NAMES = Object.fromEntries(Object.entries(KINDS).map(([kind, look]) => [kind, look.word])) as Record<
  Kind,
  string
>;

export const DELIVERY_OUTCOME_WORDS = Object.fromEntries(
  Object.entries(DELIVERY_OUTCOMES).map(([outcome, look]) => [outcome, look.word]),
) as Record<Delivery['outcome'], string>;

export const ENGINE_NAMES: Record<Engine, string> = { postgresql: 'PostgreSQL', epas: 'EPAS', pge: 'PGE' };

const ENGINE_LONG_NAMES: Record<Engine, string> = {
  postgresql: 'Community PostgreSQL',
  epas: 'EDB Postgres Advanced Server',
  pge: 'EDB Postgres Extended',
};

function look({ word, color, icon: Icon }: Look, text: string = word): ReactElement {
  return (
    <Label isCompact color={color} icon={<Icon />} textMaxWidth="20rem">
      {text}
    </Label>
  );
}

export const ImageStateLabel = ({ state }: { state: ImageState }) => look(IMAGE_STATES[state]);
export const ScanStateLabel = ({ state, of }: { state: Scan['status']; of?: string }) =>
  look(SCAN_STATES[state], of ? `${of}: ${SCAN_STATES[state].word.toLowerCase()}` : undefined);
export const RegistryStateLabel = ({ state }: { state: RegistryStatus['state'] }) => look(REGISTRY_STATES[state]);
export const CheckStateLabel = ({ state }: { state: Check['state'] }) => look(CHECK_STATES[state]);
export const ReadingStateLabel = ({ state }: { state: keyof typeof READING_STATES }) => look(READING_STATES[state]);
/** Where a change of a registry led to. */
export const ChangeLabel = ({ change }: { change: Pick<RegistryEvent, 'subject' | 'to'> }) => look(changeLook(change));
/** The word for one side of a change, for sentences. */
export const changeWord = (subject: string, state: string): string => changeLook({ subject, to: state }).word;

function changeLook({ subject, to }: Pick<RegistryEvent, 'subject' | 'to'>): Look {
  const states: Readonly<Record<string, Look>> = subject === 'registry' ? REGISTRY_STATES : CHECK_STATES;
  return READING_CHANGES[`${subject} ${to}`] ?? states[to] ?? { word: to, ...QUIET };
}

export const AgentStateLabel = ({ state }: { state: Agent['state'] }) => look(AGENT_STATES[state]);
/** What stands but not as it was applied is neither good nor failed. */
export const DispatchStateLabel = ({ dispatch: { state, code } }: { dispatch: Pick<Dispatch, 'state' | 'code'> }) =>
  look(DISPATCH_STATES[state === 'applied' && code === 'drifted' ? 'drifted' : state]);
export const AdmissionModeLabel = ({ mode }: { mode: AdmissionStatus['mode'] }) => look(ADMISSION_MODES[mode]);
export const SnapshotStateLabel = ({ state }: { state: AdmissionStatus['state'] }) => look(SNAPSHOT_STATES[state]);
export const DeliveryOutcomeLabel = ({ outcome, of }: { outcome: Delivery['outcome']; of?: string }) =>
  look(DELIVERY_OUTCOMES[outcome], of ? `${of}: ${DELIVERY_OUTCOMES[outcome].word.toLowerCase()}` : undefined);
export const PresenceLabel = ({ presence }: { presence: Presence }) => look(PRESENCES[presence]);
export const KindLabel = ({ kind }: { kind: Kind }) => look(KINDS[kind]);

/** A warning that must be read wherever its subject is shown. */
export const WarningLabel = ({ text }: { text: string }) => look({ word: text, ...WARN });

/** The major version is not maintained any more. */
export const EndOfLifeLabel = () => look({ word: 'End of life', ...BAD });
/** Something newer of the same kind is there. */
export const NewerLabel = ({ text }: { text: string }) => look({ word: text, color: 'blue', icon: InfoCircleIcon });

const CHANGES = {
  added: { word: 'Added', color: 'green', icon: PlusCircleIcon },
  removed: { word: 'Removed', color: 'red', icon: MinusCircleIcon },
  changed: { word: 'Changed', color: 'yellow', icon: SyncAltIcon },
  same: { word: 'Same', color: 'grey', icon: CheckCircleIcon },
  unknown: { word: 'Not known', color: 'grey', icon: QuestionCircleIcon },
} as const satisfies Record<string, Look>;

/** What became of one thing between two images. */
export const DifferenceLabel = ({ change }: { change: keyof typeof CHANGES }) => look(CHANGES[change]);

/** The engine by its short name, the long one on hover. */
export function EngineLabel({ engine, isLong = false }: { engine: Engine; isLong?: boolean }) {
  return (
    <Label isCompact variant="outline" title={ENGINE_LONG_NAMES[engine]}>
      {(isLong ? ENGINE_LONG_NAMES : ENGINE_NAMES)[engine]}
    </Label>
  );
}

/** Platforms as chips: `linux/amd64`, the usual operating system left out. */
export function PlatformList({ platforms }: { platforms: readonly string[] }) {
  if (platforms.length === 0) return <Unknown />;
  return (
    <span className="ph-inline-list">
      {platforms.map((platform) => (
        <Label key={platform} isCompact variant="outline" title={platform}>
          {platform.replace(/^linux\//, '')}
        </Label>
      ))}
    </span>
  );
}

/** An absent fact: a dash to the eye, a word to a screen reader. */
export function Unknown({ word = 'unknown' }: { word?: string }) {
  return (
    <span title={word}>
      <span aria-hidden="true">–</span>
      <span className="pf-v6-u-screen-reader">{word}</span>
    </span>
  );
}
