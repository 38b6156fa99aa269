import { Button, Modal, ModalBody, ModalHeader, Switch } from '@patternfly/react-core';
import type { ImageTag, Tag } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useId, useState } from 'react';
import { tagsQuery } from '../../api/tags.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import type { Side } from './compare-page.tsx';

interface CompareChooserProps {
  side: Side;
  /** Where the images that are compared stand: the other one is mostly in the same repository. */
  near: readonly ImageTag[];
  onChoose: (digest: string) => void;
  onClose: () => void;
}

const SHOWN = 20;

/** Finds an image by a tag's name or a digest, in one repository or in all. */
export function CompareChooser({ side, near, onChoose, onClose }: CompareChooserProps): ReactElement {
  const id = useId();
  const [q, setQ] = useState<string | undefined>();
  const place = near[0];
  const [isNear, setNear] = useState(place !== undefined);
  const repositoryId = isNear ? place?.repositoryId : undefined;
  const query = { q, repositoryId, limit: SHOWN, presence: 'all' } as const;
  const tags = useQuery(tagsQuery({ ...query, sort: isNear ? '-version' : '-seen' }));
  const columns: readonly Column<Tag>[] = [
    {
      label: 'Tag',
      modifier: 'breakWord',
      cell: (tag) => (
        <>
          {tag.name}
          {isNear ? null : <span className="ph-quiet ph-block">{tag.repository}</span>}
        </>
      ),
    },
    { label: 'First seen', modifier: 'nowrap', cell: (tag) => <RelativeTime time={tag.firstSeenAt} /> },
    {
      label: 'Choose',
      hideLabel: true,
      cell: (tag) => (
        <Button
          variant="secondary"
          size="sm"
          onClick={() => onChoose(tag.digest)}
          aria-label={`Choose ${tag.repository}:${tag.name}`}
        >
          Choose
        </Button>
      ),
    },
  ];
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={side === 'from' ? 'The image before' : 'The image after'} labelId={`${id}-title`} />
      <ModalBody>
        <div className="ph-stack">
          <SearchField label="Search tag name or digest" value={q} onChange={setQ} />
          {place === undefined ? null : (
            <Switch
              id={`${id}-near`}
              label={`Only in ${place.repository}`}
              isChecked={isNear}
              onChange={(_, checked) => setNear(checked)}
            />
          )}
          <QueryView query={tags} what="the tags" skeleton={<ListSkeleton what="the tags" rows={6} />}>
            {(page) =>
              page.items.length === 0 ? (
                <p role="status">No tag fits.</p>
              ) : (
                <>
                  <DataTable
                    label="Tags"
                    columns={columns}
                    rows={page.items}
                    rowKey={(tag) => `${tag.repositoryId}/${tag.name}`}
                    isStale={tags.isPlaceholderData}
                  />
                  {page.next === null ? null : (
                    <p className="ph-quiet">Only the first {SHOWN} are shown. Search to find others.</p>
                  )}
                </>
              )
            }
          </QueryView>
        </div>
      </ModalBody>
    </Modal>
  );
}
