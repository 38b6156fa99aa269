import { Content } from '@patternfly/react-core';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import type { ReactElement } from 'react';
import ReactMarkdown from 'react-markdown';

const HEADINGS = { h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6', h5: 'h6' } as const;

/** READMEs of images list their tags and settings in tables, as GitHub writes them; the rest of its dialect is not needed. */
function tables(this: { data(): object }): void {
  const data = this.data() as Record<string, unknown[] | undefined>;
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), gfmTable()];
  data.fromMarkdownExtensions = [...(data.fromMarkdownExtensions ?? []), gfmTableFromMarkdown()];
}

/**
 * A README from a registry, hostile until checked: no raw HTML, no images (they would tell a stranger who reads it),
 * links to http and https only. Headings are set below the page's own.
 */
export function Markdown({ text }: { text: string }): ReactElement {
  return (
    <Content className="ph-markdown">
      <ReactMarkdown
        skipHtml
        remarkPlugins={[tables]}
        urlTransform={(url) => (/^https?:\/\//i.test(url) ? url : '')}
        components={{
          ...HEADINGS,
          table: ({ children }) => (
            // Wider than the page, it scrolls by itself; a part that scrolls can be reached by key.
            // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
            // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form
            <div className="ph-markdown-table" role="group" aria-label="Table" tabIndex={0}>
              <table>{children}</table>
            </div>
          ),
          img: ({ alt }) => <span className="ph-quiet">[image: {alt || 'without a description'}]</span>,
          a: ({ href, children }) =>
            href ? (
              <a href={href} rel="noopener noreferrer nofollow" target="_blank">
                {children}
              </a>
            ) : (
              <span>{children}</span>
            ),
        }}
      >
        {text.slice(0, 200_000)}
      </ReactMarkdown>
    </Content>
  );
}
