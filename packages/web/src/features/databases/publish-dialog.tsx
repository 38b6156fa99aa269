import { Checkbox, TextInput } from '@patternfly/react-core';
import type { CatalogPreview } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useId, useState } from 'react';
import { catalogPreviewQuery, usePublishCatalog } from '../../api/catalogs.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { FormField } from '../../components/form-field.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { DifferenceList } from './difference-list.tsx';
import { FollowerList, imageName } from './follower-list.tsx';

interface PublishDialogProps {
  name: string;
  location: string;
  /** null: what is approved now, and follow approvals again. */
  edition: number | null;
  onClose: () => void;
}

/** What a change of a catalog would serve and restart, before it does. */
export function PublishDialog({ name, location, edition, onClose }: PublishDialogProps): ReactElement {
  const id = useId();
  const [reason, setReason] = useState('');
  const [urgent, setUrgent] = useState(false);
  const preview = useQuery(catalogPreviewQuery(name, { location, edition }));
  const publish = usePublishCatalog(name);
  const { data } = preview;
  return (
    <ConfirmDialog
      title={edition === null ? `Let ${name} follow approvals?` : `Roll back to edition ${edition}?`}
      confirm={edition === null ? 'Publish' : 'Roll back'}
      isOpen
      isGain={data?.restarts.length === 0}
      isBusy={publish.isPending}
      isReady={data !== undefined && data.refused.length === 0 && data.entries.length > 0}
      error={publish.error}
      onConfirm={() => publish.mutate({ location, edition, reason, urgent }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        {edition === null
          ? 'It holds what is approved now, and a new approval makes a new edition by itself.'
          : 'It becomes a new edition and is held: new approvals change nothing until the catalog follows them again.'}
      </p>
      <QueryView
        query={preview}
        what="what would change"
        skeleton={<TextSkeleton what="what would change" lines={3} />}
      >
        {(shown) => <Preview preview={shown} isUrgent={urgent} />}
      </QueryView>
      {data?.isStaged && data.restarts.length > 0 ? (
        <Checkbox
          id={`${id}-urgent`}
          label="Urgent: to every cluster at once, without stages"
          isChecked={urgent}
          onChange={(_, on) => setUrgent(on)}
        />
      ) : null}
      <FormField id={`${id}-reason`} label="Reason (optional)">
        <TextInput id={`${id}-reason`} value={reason} maxLength={500} onChange={(_, value) => setReason(value)} />
      </FormField>
    </ConfirmDialog>
  );
}

function Preview({ preview, isUrgent }: { preview: CatalogPreview; isUrgent: boolean }): ReactElement {
  const { entries, changes, refused, restarts, held, isStaged } = preview;
  if (refused.length > 0) {
    return (
      <>
        <p>It cannot be published, because not all of its images are approved now:</p>
        <ul className="ph-rows" aria-label="Refused">
          {refused.map(({ major, image, reason }) => (
            <li key={`${major} ${image}`}>
              <span className="ph-row-main">
                Version {major}: <HostileText text={imageName(image)} />
                <span className="ph-quiet ph-block">
                  <HostileText text={reason} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      </>
    );
  }
  if (entries.length === 0) return <p>Nothing of this catalog is approved now, so there is nothing to serve.</p>;
  return (
    <>
      {changes.length === 0 ? (
        <p>It would serve the same images as now.</p>
      ) : (
        <DifferenceList changes={changes} label="Changes" />
      )}
      {restarts.length === 0 ? (
        <p>No cluster made here restarts.</p>
      ) : (
        <>
          <p>
            {isStaged && !isUrgent ? 'These clusters restart, canaries first:' : 'These clusters restart, all at once:'}
          </p>
          <FollowerList followers={restarts} label="Clusters that restart" />
        </>
      )}
      {held.length === 0 ? null : (
        <>
          <p>These keep their image until a second person confirms the change for each of them:</p>
          <FollowerList followers={held} label="Clusters that a second person guards" />
        </>
      )}
    </>
  );
}
