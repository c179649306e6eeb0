using SingleDarts.Core.Training;
using SingleDarts.Core.Operations;
using SingleDarts.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>A network of two convolutions with all that a trainer must look after: running statistics, an auxiliary classifier, random
/// numbers.</summary>
internal sealed class TrainingNetwork : ClassificationNetwork
{
    private readonly Conv2d first, second;
    private readonly nn.Module<Tensor, Tensor> firstNorm, secondNorm;
    private readonly Linear classifier;
    private readonly Linear? auxiliary;

    public TrainingNetwork(int classes, long seed = 5, int channels = 4, bool norm = true, bool auxiliary = true) : base("small")
    {
        random.manual_seed(seed);
        first = nn.Conv2d(3, channels, 3, padding: 1, bias: !norm);
        firstNorm = norm ? new BatchNormalization(channels) : nn.Identity();
        second = nn.Conv2d(channels, 2 * channels, 3, stride: 2, padding: 1, bias: !norm);
        secondNorm = norm ? new BatchNormalization(2 * channels) : nn.Identity();
        classifier = nn.Linear(2 * channels, classes);
        this.auxiliary = auxiliary ? nn.Linear(channels, classes) : null;
        RegisterComponents();
    }

    public List<double> DropPaths { get; } = [];

    public override (Tensor Logits, Tensor? Auxiliary) Classify(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = nn.functional.relu(firstNorm.call(first.call(input)));
        Tensor? side = training && auxiliary is not null ? auxiliary.call(x.mean([2, 3])).MoveToOuterDisposeScope() : null;
        if (training)
        {
            DropPaths.Add(DropPathProbability);
            if (DropPathProbability > 0)
            {
                using Scalar bound = Scalars.Of(DropPathProbability);
                x = (x * rand([x.shape[0], 1, 1, 1], x.dtype, x.device).ge(bound)).Over(1 - DropPathProbability);
            }
        }
        x = nn.functional.relu(secondNorm.call(second.call(x)));
        return (classifier.call(x.mean([2, 3])).MoveToOuterDisposeScope(), side);
    }
}
