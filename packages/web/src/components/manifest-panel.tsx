import { Button, ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import type { KubernetesObject } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { Code } from './code.tsx';
import { Panel } from './panel.tsx';

interface ManifestPanelProps {
  yaml: string;
  /** Of the file, without its ending. */
  name: string;
  /** The same objects, where JSON is offered too. */
  manifests?: readonly KubernetesObject[];
}

/** A manifest to read, copy, download, and apply by hand. */
export function ManifestPanel({ yaml, name, manifests }: ManifestPanelProps): ReactElement {
  const [format, setFormat] = useState<'yaml' | 'json'>('yaml');
  const isJson = format === 'json' && manifests !== undefined;
  const text = isJson ? jsonOf(manifests) : yaml;
  const file = `${name || 'manifest'}.${isJson ? 'json' : 'yaml'}`;
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: isJson ? 'application/json' : 'application/yaml' }));
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
        <>
          {manifests === undefined ? null : (
            <ToggleGroup isCompact aria-label="Format of the manifest">
              <ToggleGroupItem
                text="YAML"
                buttonId="manifest-yaml"
                isSelected={!isJson}
                onChange={() => setFormat('yaml')}
              />
              <ToggleGroupItem
                text="JSON"
                buttonId="manifest-json"
                isSelected={isJson}
                onChange={() => setFormat('json')}
              />
            </ToggleGroup>
          )}
          <Button variant="secondary" size="sm" onClick={download}>
            Download
          </Button>
        </>
      }
    >
      <div className="ph-stack-small">
        <Code text={text} what="the manifest" />
        <Code text={`kubectl apply --server-side -f ${file}`} what="the command" />
      </div>
    </Panel>
  );
}

/** kubectl takes one JSON value a file: several objects go into a List. */
function jsonOf(manifests: readonly KubernetesObject[]): string {
  const value = manifests.length === 1 ? manifests[0] : { apiVersion: 'v1', kind: 'List', items: manifests };
  return `${JSON.stringify(value, null, 2)}\n`;
}
