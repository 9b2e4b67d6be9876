/**
 * @generated SignedSource<<5c8b2663a20c5b0109393ced63bc519b>>
 * @relayHash cabc9cebb7df37fedaaea96d40cc6a2b
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

// @relayRequestID 8ba1c463bda95c0af41051d2f1c4a6469d9bce5555ba0655ee57ffd0eea7c068

import type { ConcreteRequest } from 'relay-runtime';
export type UpdateProfileInput = {
  id: string;
  name?: string | null | undefined;
};
export type shopRenameMutation$variables = {
  input: UpdateProfileInput;
};
export type shopRenameMutation$data = {
  readonly updateProfile: {
    readonly id: string;
    readonly name: string | null | undefined;
  } | null | undefined;
};
export type shopRenameMutation = {
  response: shopRenameMutation$data;
  variables: shopRenameMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "User",
    "kind": "LinkedField",
    "name": "updateProfile",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "id",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "name",
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "shopRenameMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "shopRenameMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "id": "8ba1c463bda95c0af41051d2f1c4a6469d9bce5555ba0655ee57ffd0eea7c068",
    "metadata": {},
    "name": "shopRenameMutation",
    "operationKind": "mutation",
    "text": null
  }
};
})();

(node as any).hash = "8b83fc021ca547f345d15ce52c0b1a4e";

export default node;
