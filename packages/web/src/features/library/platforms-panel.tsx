import { Button, Skeleton } from '@patternfly/react-core';
import type { Image, Platform } from '@pharos/contract';
import { type ReactElement, useEffect, useRef } from 'react';
import { useReadImage } from '../../api/images.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { Panel } from '../../components/panel.tsx';
import { Size } from '../../components/size.tsx';
import { ActionError } from '../../components/states.tsx';

/**
 * The platforms of the image. An index names its platforms but not their sizes; those cost one request each, so they
 * are read when somebody looks and not for every tag of a scan.
 */
export function PlatformsPanel({ image }: { image: Image }): ReactElement {
  const mayRead = useMay('images:read-deeper');
  const read = useReadImage(image.digest);
  const asked = useRef<string | null>(null);
  const incomplete = image.detail !== 'platforms' && image.platforms.some((platform) => platform.size === null);
  const { mutate } = read;

  useEffect(() => {
    if (!incomplete || !mayRead || asked.current === image.digest) return;
    asked.current = image.digest;
    mutate();
  }, [incomplete, mayRead, image.digest, mutate]);

  const columns: readonly Column<Platform>[] = [
    {
      label: 'Platform',
      cell: ({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join('/'),
    },
    { label: 'Digest', cell: (platform) => <Digest digest={platform.digest} /> },
    {
      label: 'Size to pull',
      cell: (platform) =>
        platform.size === null && read.isPending ? (
          <Skeleton width="5rem" screenreaderText="Reading the size" />
        ) : (
          <Size bytes={platform.size} />
        ),
    },
  ];

  return (
    <Panel title="Platforms">
      {image.platforms.length === 0 ? (
        <p className="ph-quiet">The image names no platform; artifacts such as charts and signatures have none.</p>
      ) : (
        <DataTable
          label="Platforms"
          columns={columns}
          rows={image.platforms}
          rowKey={({ digest, os, architecture, variant }) => `${digest}${os}${architecture}${variant}`}
        />
      )}
      {read.isError ? (
        <div className="ph-stack-small">
          <ActionError error={read.error} what="The sizes could not be read" />
          <Button variant="secondary" size="sm" onClick={() => mutate()}>
            Read sizes
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}
