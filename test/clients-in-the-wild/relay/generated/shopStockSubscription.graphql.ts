/**
 * @generated SignedSource<<39d5f32df41f7a7a6f3cc7649b639c11>>
 * @relayHash 5ebe99092a5a36c4db921a80317269d2
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

// @relayRequestID a1788409d68c4fb9c82bd8d0cd5ba7bcf8b7efdc9e6e866d169c68d5b8ccd9f5

import type { ConcreteRequest } from 'relay-runtime';
export type shopStockSubscription$variables = {
  productId: string;
};
export type shopStockSubscription$data = {
  readonly stockChanged: {
    readonly id: string;
    readonly name: string | null | undefined;
  } | null | undefined;
};
export type shopStockSubscription = {
  response: shopStockSubscription$data;
  variables: shopStockSubscription$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "productId"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "productId",
        "variableName": "productId"
      }
    ],
    "concreteType": "Product",
    "kind": "LinkedField",
    "name": "stockChanged",
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
    "name": "shopStockSubscription",
    "selections": (v1/*:: as any*/),
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "shopStockSubscription",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "id": "a1788409d68c4fb9c82bd8d0cd5ba7bcf8b7efdc9e6e866d169c68d5b8ccd9f5",
    "metadata": {},
    "name": "shopStockSubscription",
    "operationKind": "subscription",
    "text": null
  }
};
})();

(node as any).hash = "86525f775c11535fe65e12698b2b71ee";

export default node;
