/** A version or an alias of an AWS Lambda function, as its ARN names it. */
export interface FunctionArn {
  /** As it was written. */
  readonly text: string;
  /** `aws`, `aws-cn`, `aws-us-gov`, ... */
  readonly partition: string;
  readonly region: string;
  /** The ARN without the qualifier. */
  readonly unqualified: string;
  /** A version's number, an alias, or `$LATEST`. */
  readonly qualifier: string;
}

const FORM = /^(arn:(aws[a-z-]*):lambda:([a-z0-9-]+):\d{12}:function:[A-Za-z0-9_-]{1,140})(?::(.*))?$/;
const QUALIFIER_FORM = /^(\$LATEST|[A-Za-z0-9_-]{1,128})$/;

/** @throws TypeError that says what an ARN looks like */
export function parseFunctionArn(text: string): FunctionArn {
  const [, unqualified, partition, region, qualifier] = FORM.exec(text) ?? [];
  if (unqualified === undefined || partition === undefined || region === undefined) {
    throw new TypeError(
      `'${text}' is no ARN of a Lambda function. Write it like arn:aws:lambda:eu-central-1:123456789012:function:greeter:1`,
    );
  }
  if (qualifier === undefined || qualifier === "") {
    throw new TypeError(
      `'${text}' does not say which code of the function is meant. Append a version (:1), an alias (:live) or, while developing, :$LATEST`,
    );
  }
  if (!QUALIFIER_FORM.test(qualifier)) {
    throw new TypeError(`'${qualifier}' is neither a version, nor an alias, nor $LATEST`);
  }
  return { text, partition, region, unqualified, qualifier };
}

const ROLE_FORM = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\x21-\x7e]{1,576}$/;

export function isRoleArn(text: string): boolean {
  return ROLE_FORM.test(text);
}
