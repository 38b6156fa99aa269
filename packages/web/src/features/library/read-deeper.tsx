import { Alert, Button } from '@patternfly/react-core';
import type { Image } from '@pharos/contract';
import type { ReactElement } from 'react';
import { useReadImage } from '../../api/images.ts';
import { useMay } from '../../api/session.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { ActionError } from '../../components/states.tsx';

/** Offers to read what hangs on the image for a list of its packages, where none is known and something hangs there. */
export function ReadDeeper({ image }: { image: Image }): ReactElement | null {
  const mayRead = useMay('images:read-deeper');
  const read = useReadImage(image.digest);
  if (image.packages !== null || image.referrers.length === 0 || !mayRead) return null;
  const told = read.data?.packagesMessage ?? (read.isSuccess ? 'No list of packages hangs on this image.' : null);
  return (
    <div className="ph-stack-small">
      <div>
        <Button
          variant="secondary"
          size="sm"
          isLoading={read.isPending}
          isDisabled={read.isPending}
          onClick={() => read.mutate()}
        >
          {read.isPending ? 'Reading' : 'Look for an attached SBOM'}
        </Button>
      </div>
      {told ? (
        <Alert variant="info" isInline component="p" isLiveRegion title="No packages were read">
          <HostileText text={told} />
        </Alert>
      ) : null}
      <ActionError error={read.error} what="The image could not be read" />
    </div>
  );
}
