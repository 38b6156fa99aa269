import { Content } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import ReactMarkdown from 'react-markdown';

const HEADINGS = { h1: 'h3', h2: 'h4', h3: 'h5', h4: 'h6', h5: 'h6' } as const;

/**
 * A README from a registry, hostile until checked: no raw HTML, no images (they would tell a stranger who reads it),
 * links to http and https only. Headings are set below the page's own.
 */
export function Markdown({ text }: { text: string }): ReactElement {
  return (
    <Content className="ph-markdown">
      <ReactMarkdown
        skipHtml
        urlTransform={(url) => (/^https?:\/\//i.test(url) ? url : '')}
        components={{
          ...HEADINGS,
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
