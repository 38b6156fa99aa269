import { Button } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement, Ref } from 'react';
import { useMay } from '../../api/session.ts';
import { Markdown } from '../../components/markdown.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

interface ReadmePanelProps {
  repository: RepositoryDetail;
  onEdit: () => void;
  /** The focus returns here when the editor closes. */
  editButton: Ref<HTMLButtonElement>;
}

/** The repository's README: what people wrote, else what the newest image says about itself, with its source. */
export function ReadmePanel({ repository, onEdit, editButton }: ReadmePanelProps): ReactElement | null {
  const mayWrite = useMay('repositories:write');
  const { readme, readmeEdited, statedReadme } = repository;
  if (!readme && !statedReadme && !mayWrite) return null;
  return (
    <Panel
      title="README"
      actions={
        mayWrite ? (
          <Button ref={editButton} variant="link" isInline onClick={onEdit}>
            {readme ? 'Edit README' : 'Write README'}
          </Button>
        ) : null
      }
    >
      {readme ? (
        <div className="ph-stack-small">
          <Markdown text={readme} />
          {readmeEdited ? (
            <p className="ph-quiet">
              Written by {readmeEdited.by}, <RelativeTime time={readmeEdited.at} />
            </p>
          ) : null}
        </div>
      ) : statedReadme?.text ? (
        <div className="ph-stack-small">
          <Markdown text={statedReadme.text} />
          <Source repository={repository} />
        </div>
      ) : (
        <p className="ph-quiet">None yet. Say what these images are for, and whom to ask.</p>
      )}
      {statedReadme?.documentation ? <Documentation address={statedReadme.documentation} /> : null}
    </Panel>
  );
}

function Source({ repository }: { repository: RepositoryDetail }): ReactElement | null {
  const stated = repository.statedReadme;
  if (stated === null) return null;
  return (
    <p className="ph-quiet">
      From the {stated.source} <code>{stated.key}</code> of{' '}
      <Link
        to="/library/$repositoryId/tags/$name"
        params={{ repositoryId: repository.id, name: stated.tag }}
        className="ph-break"
      >
        {stated.tag}
      </Link>
      ; nobody wrote one in the library.
    </p>
  );
}

/** The host is shown, because the words of a link are the image's. */
function Documentation({ address }: { address: string }): ReactElement {
  return (
    <p className="ph-note">
      The image names its documentation at{' '}
      <a href={address} rel="noopener noreferrer nofollow" target="_blank" className="ph-break">
        {new URL(address).host}
      </a>
      .
    </p>
  );
}
