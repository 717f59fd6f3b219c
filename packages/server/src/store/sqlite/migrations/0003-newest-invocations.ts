/** Whoever asks for the newest invocations, a command line or a dashboard, asks often: it must not read all of them. */
export const newestInvocations = `
CREATE INDEX invocations_by_creation ON invocations (created_at);
`;
