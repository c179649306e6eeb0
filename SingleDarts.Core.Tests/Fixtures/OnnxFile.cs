using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Training;
using static TorchSharp.torch;
using Normalization = SingleDarts.Core.Data.Normalization;
using Tensor = TorchSharp.torch.Tensor;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>An exported network in ONNX Runtime, in a temporary folder.</summary>
internal sealed class OnnxFile : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OnnxFile(EvaluationNetwork network, Normalization? normalization = null, IReadOnlyList<string>? classNames = null)
    {
        network.SaveOnnx(folder["network.onnx"], normalization, classNames);
        Session = new InferenceSession(folder["network.onnx"]);
    }

    public InferenceSession Session { get; }

    public float[] Logits(Tensor input)
    {
        var tensor = new DenseTensor<float>(Host.Numbers<float>(input), [.. input.shape.Select(size => (int)size)]);
        using var outputs = Session.Run([NamedOnnxValue.CreateFromTensor("input", tensor)]);
        outputs.Should().ContainSingle().Which.Name.Should().Be("logits");
        return [.. outputs[0].AsEnumerable<float>()];
    }

    /// <summary>Largest difference between the logits of ONNX Runtime and of TorchSharp for batches of 1 and 3 random samples, as a share
    /// of the largest logit.</summary>
    public static double Difference(EvaluationNetwork network)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var file = new OnnxFile(network);
        using var generator = new Generator(1);
        network.eval();
        double Of(long batch)
        {
            Tensor input = randn([batch, .. network.Layout.InputShape], generator: generator);
            float[] expected = Host.Numbers<float>(network.call(input.to(network.parameters().First().dtype)).to(ScalarType.Float32));
            float[] found = file.Logits(input);
            found.Should().HaveCount(expected.Length);
            return found.Zip(expected, (a, b) => (double)Math.Abs(a - b)).Max() / expected.Max(each => Math.Abs(each));
        }
        return Math.Max(Of(1), Of(3));
    }

    /// <summary>Gives batch normalisations numbers that a training could have left.</summary>
    public static EvaluationNetwork AsIfTrained(EvaluationNetwork network)
    {
        using var noGrad = no_grad();
        using var generator = new Generator(2);
        foreach (var norm in network.modules().OfType<TorchSharp.Modules.BatchNorm>())
        {
            norm.running_mean!.uniform_(-0.3, 0.3, generator);
            norm.running_var!.uniform_(0.5, 2, generator);
            norm.weight?.uniform_(0.5, 1.5, generator);
            norm.bias?.uniform_(-0.3, 0.3, generator);
        }
        return network;
    }

    public void Dispose()
    {
        Session.Dispose();
        folder.Dispose();
    }
}
