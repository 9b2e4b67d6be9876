// Parsed JSON: what tests read of responses of all shapes, as TypeScript has it.

export type ParsedJson = ReturnType<typeof JSON.parse>;
