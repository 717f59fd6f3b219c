import assert from "node:assert/strict";
import { test } from "node:test";
import { apiOrigin } from "./endpoints.js";
import { isRoleArn, parseFunctionArn } from "./function-arn.js";

const FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:greeter_1-a";

test("an ARN names a version, an alias or the latest code", () => {
  for (const qualifier of ["1", "live", "$LATEST"]) {
    assert.deepEqual(parseFunctionArn(`${FUNCTION}:${qualifier}`), {
      text: `${FUNCTION}:${qualifier}`,
      partition: "aws",
      region: "eu-central-1",
      unqualified: FUNCTION,
      qualifier,
    });
  }
  assert.equal(parseFunctionArn(FUNCTION.replace("aws", "aws-cn").concat(":1")).partition, "aws-cn");
});

test("what is no qualified ARN of a function is refused with a reason", () => {
  for (const [text, reason] of [
    [FUNCTION, /Append a version/],
    [`${FUNCTION}:`, /Append a version/],
    [`${FUNCTION}:a b`, /neither a version/],
    [`${FUNCTION}:1:2`, /neither a version/],
    ["greeter", /no ARN/],
    ["arn:aws:lambda:eu-central-1:1234:function:greeter:1", /no ARN/],
    ["arn:aws:sqs:eu-central-1:123456789012:function:greeter:1", /no ARN/],
    ["arn:aws:lambda:evil.example/:123456789012:function:greeter:1", /no ARN/],
  ] as const) {
    assert.throws(() => parseFunctionArn(text), reason);
  }
});

test("roles", () => {
  assert.ok(isRoleArn("arn:aws:iam::123456789012:role/path/invoker"));
  assert.ok(!isRoleArn("invoker"));
  assert.ok(!isRoleArn("arn:aws:iam::123456789012:user/x"));
});

test("an API is where its region has it, unless the environment says otherwise", () => {
  assert.equal(apiOrigin({}, "lambda", "aws", "eu-central-1"), "https://lambda.eu-central-1.amazonaws.com");
  assert.equal(apiOrigin({}, "sts", "aws-cn", "cn-north-1"), "https://sts.cn-north-1.amazonaws.com.cn");
  const environment = { AWS_ENDPOINT_URL: "http://stack:4566/", AWS_ENDPOINT_URL_STS: "http://sts" };
  assert.equal(apiOrigin(environment, "lambda", "aws", "x"), "http://stack:4566");
  assert.equal(apiOrigin(environment, "sts", "aws", "x"), "http://sts");
});
