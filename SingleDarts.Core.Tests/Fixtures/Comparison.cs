using System.Text.Json;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Tests.Fixtures;

/// <summary>
/// Runs one module here and in PyTorch on the same weights and input, and compares outputs, gradients of input, weights and α, and the
/// running statistics after the run.
/// </summary>
/// <param name="description">The network for networks.py.</param>
/// <param name="input">Shape of the input.</param>
/// <param name="byOrder">Whether the two sides match weights by order and shape instead of by name.</param>
internal sealed class Comparison(object description, long[] input, bool byOrder = false)
{
    /// <summary>Compares in one type, in training and in evaluation mode.</summary>
    /// <param name="module">The module here, already of the type.</param>
    /// <param name="type">Float32 or Float64.</param>
    /// <param name="fromPyTorch">Whether PyTorch makes the weights and this side loads them, or the reverse.</param>
    public void Compare(nn.Module<Tensor, Tensor> module, ScalarType type, bool fromPyTorch) =>
        Compare(module, x => [module.call(x)], type, fromPyTorch);

    /// <summary>Compares a module of several outputs.</summary>
    public void Compare(nn.Module module, Func<Tensor, Tensor[]> forward, ScalarType type, bool fromPyTorch)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        random.manual_seed(11);
        Tensor x = randn(input, dtype: type).requires_grad_();
        Randomize(module);
        var jobs = new List<object>();
        foreach (bool training in new[] { true, false })
        {
            module.train(training);
            string at = folder[training ? "train" : "eval"];
            Dictionary<string, Tensor> before = module.state_dict().ToDictionary(s => s.Key, s => s.Value.detach().clone());
            long[][] shapes;
            using (no_grad())
                shapes = [.. forward(x).Select(y => y.shape)];
            Restore(module, before);
            var given = shapes.Select((shape, i) => (Name: $"cotangent.{i}", Value: randn(shape, dtype: type)))
                .ToDictionary(c => c.Name, c => c.Value);
            given["input"] = x;
            SafeTensorsFile.Write(at + ".input", given, new Dictionary<string, string>());
            if (!fromPyTorch)
                module.SaveWeights(at + ".weights");
            jobs.Add(new
            {
                network = description,
                dtype = type == ScalarType.Float64 ? "float64" : "float32",
                training,
                seed = 5,
                names = byOrder ? module.state_dict().Keys.Where(name => !name.StartsWith("alpha.", StringComparison.Ordinal)) : null,
                input = at + ".input",
                output = at + ".output",
                weights = fromPyTorch ? null : at + ".weights",
                saved = fromPyTorch ? at + ".saved" : null,
            });
        }
        File.WriteAllText(folder["jobs.json"], JsonSerializer.Serialize(jobs));
        PythonTorch.RunJobs(folder["jobs.json"]);
        double tolerance = type == ScalarType.Float64 ? 1e-10 : 1e-5;
        foreach (bool training in new[] { true, false })
        {
            string at = folder[training ? "train" : "eval"];
            module.LoadWeights(at + (fromPyTorch ? ".saved" : ".weights"));
            module.train(training);
            HoldAgainst(module, forward, at, tolerance);
        }
    }

    private static void HoldAgainst(nn.Module module, Func<Tensor, Tensor[]> forward, string at, double tolerance)
    {
        using var scope = NewDisposeScope();
        var given = SafeTensorsFile.Read(at + ".input").Tensors;
        var expected = SafeTensorsFile.Read(at + ".output").Tensors;
        Tensor x = given["input"].requires_grad_();
        IReadOnlyDictionary<string, Tensor> state = module.state_dict();
        foreach (Tensor parameter in state.Values)
            if (parameter.requires_grad)
                parameter.grad = null;
        Tensor[] outputs = forward(x);
        outputs.Select((y, i) => (y * given[$"cotangent.{i}"]).sum()).Aggregate((a, b) => a.Plus(b)).backward();
        var found = outputs.Select((y, i) => ($"output.{i}", (Tensor?)y)).Append(("gradient.input", x.grad)).Concat(state
            .Select(s => s.Value.requires_grad ? ($"gradient.{s.Key}", s.Value.grad) : ($"state.{s.Key}", s.Value)))
                .ToDictionary(f => f.Item1, f => f.Item2);
        found.Keys.Should().BeEquivalentTo(expected.Keys);
        double largest = expected.Where(e => e.Key.StartsWith("gradient.", StringComparison.Ordinal)).Max(e => Largest(e.Value));
        foreach (var (name, tensor) in expected)
        {
            // A bias before a normalisation has gradient zero up to rounding, so gradients are measured on the scale of the largest one.
            double scale = name.StartsWith("gradient.", StringComparison.Ordinal) ? Math.Max(1, largest) : Math.Max(1, Largest(tensor));
            double difference = Largest((found[name] ?? zeros_like(tensor)).detach() - tensor);
            difference.Should().BeLessThan(tolerance * scale, $"{name} ({Path.GetFileName(at)}) is that of PyTorch");
        }
        foreach (Tensor tensor in given.Values.Concat(expected.Values))
            tensor.Dispose();
    }

    private static double Largest(Tensor tensor) =>
        tensor.numel() == 0 ? 0 : tensor.detach().to(ScalarType.Float64).abs().max().item<double>();

    /// <summary>Freshly made batch normalisations are 1, 0, 0, 1, which hides mistakes.</summary>
    private static void Randomize(nn.Module module)
    {
        using var _ = no_grad();
        foreach (var (name, tensor) in module.state_dict())
            if (name.StartsWith("alpha.", StringComparison.Ordinal))
                tensor.normal_();
            else if (name.EndsWith("running_mean", StringComparison.Ordinal))
                tensor.normal_(0, 0.1);
            else if (tensor.dim() == 1)
                tensor.uniform_(0.5, 1.5);
    }

    private static void Restore(nn.Module module, Dictionary<string, Tensor> state)
    {
        using var _ = no_grad();
        foreach (var (name, tensor) in module.state_dict())
            tensor.copy_(state[name]);
    }
}
