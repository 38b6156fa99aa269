import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type BodyOf, type QueryOf } from './client.ts';

export const approvalsQuery = (query: QueryOf<'listApprovals'>) =>
  queryOptions({
    queryKey: ['approvals', 'list', query],
    queryFn: ({ signal }) => api('listApprovals', { query }, { signal }),
    placeholderData: keepPreviousData,
  });

export const approvalQuery = (digest: string) =>
  queryOptions({
    queryKey: ['approvals', 'one', digest],
    queryFn: ({ signal }) => api('getApproval', { params: { digest } }, { signal }),
  });

/** Below the key of the image, so that news of the image is news of what was decided. */
export const decisionsQuery = (digest: string) =>
  queryOptions({
    queryKey: ['images', digest, 'decisions'],
    queryFn: ({ signal }) => api('listImageDecisions', { params: { digest }, query: { limit: 50 } }, { signal }),
  });

/** What a decision would do. The reason plays no part in it. */
export const decisionCheckQuery = (body: Omit<BodyOf<'decideImages'>, 'reason' | 'dryRun'>) =>
  queryOptions({
    queryKey: ['approvals', 'check', body],
    queryFn: ({ signal }) => api('decideImages', { body: { ...body, reason: 'Trial', dryRun: true } }, { signal }),
    staleTime: 0,
  });

/** Everything that shows a state is old after a decision. */
const SHOWING = ['approvals', 'images', 'tags', 'repositories', 'models', 'activity'];

export function useDecide() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'decideImages'>) => api('decideImages', { body }),
    onSuccess: () => Promise.all(SHOWING.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}

function useReviewMutation<T>(run: (input: T) => ReturnType<typeof api<'getApproval'>>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (review) => {
      client.setQueryData(approvalQuery(review.digest).queryKey, review);
      void client.invalidateQueries({ queryKey: ['approvals', 'list'] });
      void client.invalidateQueries({ queryKey: ['activity'] });
    },
  });
}

export const useRequestApproval = () =>
  useReviewMutation((body: BodyOf<'requestApproval'>) => api('requestApproval', { body }));

export const useWithdrawApproval = () =>
  useReviewMutation((digest: string) => api('withdrawApproval', { params: { digest } }));

export const useCommentApproval = (digest: string) =>
  useReviewMutation((text: string) => api('commentApproval', { params: { digest }, body: { text } }));

export const useAssignApproval = (digest: string) =>
  useReviewMutation((assignee: string | null) => api('assignApproval', { params: { digest }, body: { assignee } }));

export const approvalRulesQuery = queryOptions({
  queryKey: ['approval-rules'],
  queryFn: ({ signal }) => api('listApprovalRules', { query: { limit: 1000 } }, { signal }),
});

export function useCreateApprovalRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: BodyOf<'createApprovalRule'>) => api('createApprovalRule', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: approvalRulesQuery.queryKey }),
  });
}

export function useDeleteApprovalRule() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api('deleteApprovalRule', { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: approvalRulesQuery.queryKey }),
  });
}
