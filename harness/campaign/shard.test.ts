import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../input/input-error.ts";
import { casesOfShard, parseShard, shardName } from "./shard.ts";

const shards = fc.integer({ min: 1, max: 40 }).chain((count) => fc.record({ index: fc.nat(count - 1), count: fc.constant(count) }));

describe("--shard i/n", () => {
  it("counts from 1, and is what shardName writes", () => {
    expect(parseShard("1/3", {})).toEqual({ index: 0, count: 3 });
    expect(parseShard("3/3", {})).toEqual({ index: 2, count: 3 });
    fc.assert(
      fc.property(shards, (shard) => {
        expect(parseShard(shardName(shard), {})).toEqual(shard);
      }),
    );
  });
  it("asks no environment", () => {
    expect(parseShard("2/3", { EXPAT_SHARD_INDEX: "0", EXPAT_SHARD_COUNT: "7" })).toEqual({ index: 1, count: 3 });
  });
  it.each([
    ["0/3", /^--shard 0\/3: .*i is from 1 to 3, found 0$/],
    ["4/3", /^--shard 4\/3: .*i is from 1 to 3, found 4$/],
    ["1/0", /n is from 1 to 100000, found 0$/],
    ["1/100001", /n is from 1 to 100000, found 100001$/],
    ["1", /^--shard 1: expected i\/n, the i-th of n shards, such as 1\/3, or auto$/],
    ["", /^--shard : expected i\/n/],
    ["-1/3", /^--shard -1\/3: expected i\/n/],
    ["1/3/5", /expected i\/n/],
    ["1.5/3", /expected i\/n/],
    ["AUTO", /expected i\/n/],
  ])("%j is refused", (text, message) => {
    expect(() => parseShard(text, {})).toThrow(InputError);
    expect(() => parseShard(text, {})).toThrow(message);
  });
});

describe("--shard auto", () => {
  it.each([
    ["a Kubernetes Indexed Job", { JOB_COMPLETION_INDEX: "0", JOB_COMPLETIONS: "8" }, { index: 0, count: 8 }],
    ["the last pod of one", { JOB_COMPLETION_INDEX: "7", JOB_COMPLETIONS: "8" }, { index: 7, count: 8 }],
    ["a matrix of GitHub Actions", { GITHUB_ACTIONS: "true", EXPAT_SHARD_INDEX: "2", EXPAT_SHARD_COUNT: "4" }, { index: 2, count: 4 }],
    ["GitLab, from 1", { CI_NODE_INDEX: "1", CI_NODE_TOTAL: "5" }, { index: 0, count: 5 }],
    ["the last job of GitLab", { CI_NODE_INDEX: "5", CI_NODE_TOTAL: "5" }, { index: 4, count: 5 }],
    ["CircleCI", { CIRCLE_NODE_INDEX: "3", CIRCLE_NODE_TOTAL: "4" }, { index: 3, count: 4 }],
    ["Buildkite", { BUILDKITE_PARALLEL_JOB: "0", BUILDKITE_PARALLEL_JOB_COUNT: "2" }, { index: 0, count: 2 }],
    ["Azure Pipelines, from 1", { SYSTEM_JOBPOSITIONINPHASE: "2", SYSTEM_TOTALJOBSINPHASE: "2" }, { index: 1, count: 2 }],
  ])("reads %s", (_, environment, shard) => {
    expect(parseShard("auto", environment)).toEqual(shard);
  });
  it("takes our own variables before what a system says by itself", () => {
    const circle = { CIRCLE_NODE_INDEX: "0", CIRCLE_NODE_TOTAL: "1" };
    expect(parseShard("auto", { ...circle, EXPAT_SHARD_INDEX: "1", EXPAT_SHARD_COUNT: "2" })).toEqual({ index: 1, count: 2 });
  });
  it("takes two that say the same, and a GitLab job that is not parallel for none", () => {
    const both = { CIRCLE_NODE_INDEX: "1", CIRCLE_NODE_TOTAL: "4", CI_NODE_INDEX: "2", CI_NODE_TOTAL: "4" };
    expect(parseShard("auto", both)).toEqual({ index: 1, count: 4 });
    const job = { JOB_COMPLETION_INDEX: "1", JOB_COMPLETIONS: "2", CI_NODE_TOTAL: "1" };
    expect(parseShard("auto", job)).toEqual({ index: 1, count: 2 });
  });
  it.each([
    [
      "nothing",
      {},
      /looked for EXPAT_SHARD_INDEX and EXPAT_SHARD_COUNT .*JOB_COMPLETION_INDEX.*CI_NODE_INDEX.*CIRCLE_NODE_INDEX.*BUILDKITE_PARALLEL_JOB.*SYSTEM_JOBPOSITIONINPHASE.*say --shard i\/n$/,
    ],
    ["an empty variable alone", { EXPAT_SHARD_INDEX: "", EXPAT_SHARD_COUNT: "" }, /no shard in the environment/],
    ["no count in a Job", { JOB_COMPLETION_INDEX: "1" }, /JOB_COMPLETION_INDEX is set and JOB_COMPLETIONS is not .*let the Job pass/],
    ["no index in a matrix", { EXPAT_SHARD_COUNT: "1" }, /EXPAT_SHARD_COUNT is set and EXPAT_SHARD_INDEX is not .*strategy\.job-index/],
    ["no index in GitLab", { CI_NODE_TOTAL: "3" }, /CI_NODE_TOTAL is set and CI_NODE_INDEX is not \(GitLab\)/],
    ["too great an index", { JOB_COMPLETION_INDEX: "4", JOB_COMPLETIONS: "4" }, /JOB_COMPLETION_INDEX: .*from 0 to 3, found "4"$/],
    ["an index 0 where 1 is the first", { CI_NODE_INDEX: "0", CI_NODE_TOTAL: "4" }, /CI_NODE_INDEX: .*from 1 to 4, found "0"$/],
    ["words", { EXPAT_SHARD_INDEX: "one", EXPAT_SHARD_COUNT: "4" }, /EXPAT_SHARD_INDEX: .*found "one"$/],
    ["a count of 0", { CIRCLE_NODE_INDEX: "0", CIRCLE_NODE_TOTAL: "0" }, /CIRCLE_NODE_TOTAL: .*from 1 to 100000, found "0"$/],
    [
      "two systems that differ",
      { CIRCLE_NODE_INDEX: "1", CIRCLE_NODE_TOTAL: "4", CI_NODE_INDEX: "1", CI_NODE_TOTAL: "4" },
      /GitLab says 1\/4 \(CI_NODE_INDEX, CI_NODE_TOTAL\), CircleCI says 2\/4 .*; set EXPAT_SHARD_INDEX and EXPAT_SHARD_COUNT/,
    ],
  ])("with %s is refused", (_, environment, message) => {
    expect(() => parseShard("auto", environment)).toThrow(InputError);
    expect(() => parseShard("auto", environment)).toThrow(message);
  });
});

it("the shards of a campaign play each case once", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 40 }), (cases, count) => {
      const numbers = Array.from({ length: count }, (_, index) =>
        Array.from({ length: casesOfShard(cases, { index, count }) }, (_, turn) => turn * count + index),
      );
      expect(numbers.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: cases }, (_, number) => number));
    }),
  );
});
