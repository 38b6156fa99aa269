import { Button } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { Code } from '../../components/code.tsx';
import { Panel } from '../../components/panel.tsx';

/** A manifest to read, copy, download, and apply by hand. */
export function ManifestPanel({ yaml, name }: { yaml: string; name: string }): ReactElement {
  const file = `${name || 'cluster'}.yaml`;
  const download = () => {
    const url = URL.createObjectURL(new Blob([yaml], { type: 'application/yaml' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = file;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Panel
      title="Manifest"
      actions={
        <Button variant="secondary" size="sm" onClick={download}>
          Download
        </Button>
      }
    >
      <div className="ph-stack-small">
        <Code text={yaml} what="the manifest" />
        <Code text={`kubectl apply --server-side -f ${file}`} what="the command" />
      </div>
    </Panel>
  );
}
