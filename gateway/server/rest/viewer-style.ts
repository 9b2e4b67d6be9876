// Style of the page of an OpenAPI document, over that of Swagger UI.

export const viewerStyle = `
  body { margin: 0; background: #fafafa; }
  #head { display: flex; align-items: center; gap: 10px; padding: 10px 20px; background: #fff; border-bottom: 1px solid #d8dce6; font: 15px/1.5 system-ui, sans-serif; color: #1f2533; }
  #head svg { width: 22px; height: 22px; }
  #head span { color: #5a6478; }
  #head a { margin-left: auto; color: #2b5fb8; }
  #api > p { padding: 20px; font: 15px/1.5 system-ui, sans-serif; }
  .swagger-ui .info { margin: 24px 0; }
  .swagger-ui .info hgroup.main a { display: none; }
  /* There is one server, this one. */
  .swagger-ui .scheme-container .schemes > .schemes-server-container { display: none; }
  .swagger-ui .scheme-container .schemes { justify-content: flex-end; }
  .swagger-ui .scheme-container { background: none; box-shadow: none; padding: 0 0 12px; margin: 0; }
`;
