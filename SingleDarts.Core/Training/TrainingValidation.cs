using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;

namespace SingleDarts.Core.Training;

/// <summary>Finds every fault of a training before any work.</summary>
internal static class TrainingValidation
{
    public static IEnumerable<string> Faults(
        ClassificationNetwork? network, IBatchSource? train, IBatchSource? test, TrainingOptions options)
    {
        if (network is null)
            yield return "No network is given; say which with NetworkTraining.Of(...).";
        if (train is null)
            yield return "No training samples are given; say which with On(...).";
        foreach (string fault in OptionFaults(options))
            yield return fault;
        if (train is not null)
            foreach (string fault in BatchFaults(train, options))
                yield return fault;
        if (train is not null && MatchingData.TransformFault(train, options.Transform) is { } unused)
            yield return unused;
        if (train is not null && test is not null)
            foreach (string fault in MatchingData.Faults(train, test))
                yield return fault;
        if (test is { Count: < 1 })
            yield return $"'{test.Name}' has no samples to evaluate on.";
        if (network is null)
            yield break;
        if (!network.parameters().Any())
        {
            yield return $"The network '{network.GetName()}' has no parameters to train. It has been disposed, or its modules are not " +
                "registered: dispose it after the training, and call RegisterComponents() in its constructor.";
            yield break;
        }
        if (network.parameters().All(p => !p.requires_grad))
            yield return $"The network '{network.GetName()}' has no parameters to train.";
        if (train is { Count: > 0, Classes: > 0 })
            foreach (string fault in TrainingProbe.Faults(network, train, test, options))
                yield return fault;
        if (train is not null && options is { BatchSize: > 0, GradientAccumulation: > 0 } && HasBatchNorm(network))
            foreach (string fault in SingleSampleFaults(train, options))
                yield return fault;
    }

    private static IEnumerable<string> OptionFaults(TrainingOptions options)
    {
        string?[] faults =
        [
            .. RunValidation.Faults(options, TrainingRun.Kind, typeof(RunMoment), RunPart.Observers(options)),
            RunValidation.AtLeastOne("batch size", options.BatchSize),
            RunValidation.AtLeastOne("number of micro batches", options.GradientAccumulation),
            RunValidation.AtLeastOne("evaluation interval", options.EvaluationInterval),
            RunValidation.AtLeastOne("evaluation batch size", options.EvaluationBatchSize),
            options.GradientAccumulation > options.BatchSize
                ? $"The batch of {options.BatchSize} is to be computed in {options.GradientAccumulation} parts; expected at most one " +
                    "for each sample." : null,
            options.LabelSmoothing is >= 0 and <= 1 ? null : $"The label smoothing is {options.LabelSmoothing}; expected 0 to 1.",
            options.AuxiliaryWeight >= 0 && double.IsFinite(options.AuxiliaryWeight)
                ? null : $"The auxiliary weight is {options.AuxiliaryWeight}; expected 0 or more.",
            options.DropPath.Faults("drop path probability").FirstOrDefault()
                ?? options.DropPath.RangeFault("drop path probability", options.Epochs, 0, 1),
            options.EmaDecay is null or (>= 0 and < 1)
                ? null : $"The decay of the average is {options.EmaDecay}; expected a number within [0, 1), or none for no average.",
            .. options.WeightOptimizer.Faults("weights"),
        ];
        return faults.OfType<string>();
    }

    private static IEnumerable<string> BatchFaults(IBatchSource train, TrainingOptions options)
    {
        if (train.Count < 1)
            yield return $"'{train.Name}' has no samples to train on.";
        else if (options.DropLast && train.Count < options.BatchSize)
            yield return $"'{train.Name}' has {train.Count} samples, less than a batch of {options.BatchSize}, and the smaller last " +
                "batch is left " +
                "out, so that none remain; take smaller batches or keep the last one.";
        else if (options.BatchSize > 0 && options.WeightOptimizer.IntervalFault(
            "weights", (train.Count + (options.DropLast ? 0 : options.BatchSize - 1)) / options.BatchSize) is { } fault)
            yield return fault;
    }

    private static IEnumerable<string> SingleSampleFaults(IBatchSource train, TrainingOptions options)
    {
        int last = (int)(train.Count % options.BatchSize);
        foreach (int size in new[] { (int)Math.Min(options.BatchSize, train.Count), options.DropLast ? 0 : last }.Distinct()
            .Where(size => size > 0))
            if (MicroBatch.Parts(size, options).Any(part => part.Length == 1))
                yield return $"A batch of {size} of the {train.Count} samples of '{train.Name}' in at most " +
                    $"{options.GradientAccumulation} parts leaves a part " +
                    "of 1 sample, which batch normalisation cannot take; change the batch size, the number of micro batches or DropLast.";
    }

    private static bool HasBatchNorm(ClassificationNetwork network) =>
        network.modules().Any(module => module is TorchSharp.Modules.BatchNorm);
}
