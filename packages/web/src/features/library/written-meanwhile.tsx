import { Alert, AlertActionLink } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import type { ReactElement } from 'react';
import { HostileText } from '../../components/hostile-text.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

interface WrittenMeanwhileProps {
  what: string;
  /** Whether what is edited here is not the newest any more. */
  isOlder: boolean;
  edited: RepositoryDetail['readmeEdited'];
  theirs: string;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
  /** Puts both texts together, where that makes sense. */
  onBoth?: () => void;
}

/** Somebody else saved while one was writing: both texts are there, and nothing is lost before one decides. */
export function WrittenMeanwhile(props: WrittenMeanwhileProps): ReactElement | null {
  const { what, isOlder, edited, theirs, onKeepMine, onTakeTheirs, onBoth } = props;
  if (!isOlder) return null;
  return (
    <Alert
      variant="warning"
      isInline
      isLiveRegion
      component="p"
      title={`${edited?.by ?? 'Somebody'} saved another ${what} while you were writing`}
      actionLinks={
        <>
          <AlertActionLink onClick={onKeepMine}>Keep mine, to be saved over it</AlertActionLink>
          <AlertActionLink onClick={onTakeTheirs}>Take theirs</AlertActionLink>
          {onBoth ? <AlertActionLink onClick={onBoth}>Put theirs below mine</AlertActionLink> : null}
        </>
      }
    >
      <p>
        Your text is still in the editor, and nothing was overwritten. Theirs, saved{' '}
        <RelativeTime time={edited?.at ?? null} absent="a moment ago" />:
      </p>
      <p>{theirs === '' ? <em>(taken away)</em> : <HostileText text={theirs} />}</p>
    </Alert>
  );
}
