import { Breadcrumb, BreadcrumbItem, PageSection } from '@patternfly/react-core';
import { Link } from '@tanstack/react-router';
import { type ReactElement, type ReactNode, useEffect } from 'react';

interface Crumb {
  label: string;
  to: string;
}

interface PageTitleProps {
  title: string;
  /** Kind and state, beside the title. */
  labels?: ReactNode;
  /** The two or three facts people came for. */
  children?: ReactNode;
  actions?: ReactNode;
  crumbs?: readonly Crumb[];
  /** What the browser's tab says, where the title alone is not enough. */
  documentTitle?: string;
}

/** The head of a page: where one is, what it is, its state, its actions. Sets the document's title too. */
export function PageTitle({
  title,
  labels,
  children,
  actions,
  crumbs = [],
  documentTitle,
}: PageTitleProps): ReactElement {
  useEffect(() => {
    document.title = `${documentTitle ?? title} · Pharos`;
  }, [documentTitle, title]);
  return (
    <PageSection hasBodyWrapper={false} className="ph-page-title">
      {crumbs.length > 0 ? (
        <Breadcrumb className="ph-crumbs">
          {crumbs.map((crumb) => (
            <BreadcrumbItem
              key={crumb.to}
              render={({ className }) => (
                <Link to={crumb.to} className={className} activeOptions={{ exact: true }}>
                  {crumb.label}
                </Link>
              )}
            />
          ))}
          <BreadcrumbItem isActive>{title}</BreadcrumbItem>
        </Breadcrumb>
      ) : null}
      <div className="ph-title-row">
        <div className="ph-title-text">
          <h1 className="ph-h1">{title}</h1>
          {labels ? <span className="ph-inline-list">{labels}</span> : null}
        </div>
        {actions ? <div className="ph-actions">{actions}</div> : null}
      </div>
      {children}
    </PageSection>
  );
}
