using SingleDarts.Core.Data;
using SingleDarts.Core.Runs;
using SingleDarts.Core.Runtime;
using static TorchSharp.torch;

namespace SingleDarts.Core.Training;

/// <summary>
/// Tries a network on a few random samples, forward and backward, and the sources on a few of theirs, so that what does not fit or does
/// nothing is found before any work. The network and the global generator are left as they were.
/// </summary>
internal sealed class TrainingProbe
{
    private const int Samples = 2;

    /// <summary>A network that draws may leave a branch out at one draw, so that a missing gradient counts only if it is always
    /// missing.</summary>
    private const int Draws = 20;

    private readonly ClassificationNetwork network;
    private readonly IBatchSource train;
    private readonly string name;
    private readonly List<string> faults = [];

    private TrainingProbe(ClassificationNetwork network, IBatchSource train) =>
        (this.network, this.train, name) = (network, train, network.GetName());

    /// <summary>Sentences that say what does not fit.</summary>
    public static IReadOnlyList<string> Faults(ClassificationNetwork network, IBatchSource train, IBatchSource? test,
        TrainingOptions options)
    {
        var trial = new TrainingProbe(network, train);
        trial.TryNetwork(options.AuxiliaryWeight);
        bool hasPlace = RunValidation.HasPlace(options);
        foreach (IBatchSource source in new[] { train, test }.OfType<IBatchSource>().Distinct()
            .Where(source => source.Count > 0 && (hasPlace || source is not DatasetSource)))
            if (SourceProbe.Fault(source) is { } fault)
                trial.faults.Add(fault);
        return trial.faults;
    }

    private void TryNetwork(double auxiliaryWeight)
    {
        using var scope = NewDisposeScope();
        using RunRandom.Draw draws = new RunRandom(network, new RandomStreams()).Begin(seed: 0);
        using var restored = new State(network);
        try
        {
            using (new ModeLoan(network, training: false))
            using (no_grad())
                Fits("gives logits", network.Classify(Input(seed: 1)).Logits);
            if (faults.Count > 0)
                return;
            using var mode = new ModeLoan(network, training: true);
            using var watch = new InPlaceWatch(network, faults);
            var (logits, auxiliary) = network.Classify(Input(seed: 1));
            if (auxiliary is null && auxiliaryWeight != 0)
                faults.Add($"The auxiliary weight is {auxiliaryWeight} but the network '{name}' has no auxiliary classifier; build it " +
                    "with one or set AuxiliaryWeight to 0.");
            bool fits = Fits("gives logits in training mode", logits) &
                (auxiliary is null || Fits("has an auxiliary classifier that gives logits", auxiliary));
            if (fits && faults.Count == 0)
                CheckGradients(logits, auxiliary, draws);
        }
        catch (Exception e) when (faults.Count == 0)
        {
            faults.Add($"The network '{name}' cannot take a sample [{string.Join(", ", train.InputShape)}] of '{train.Name}': " +
                $"{Explained.Of(e)} Build the network for the data or resize the data.");
        }
        catch (Exception)
        {
            // What was found already led to it.
        }
    }

    private bool Fits(string gives, Tensor logits)
    {
        string? fault = !logits.shape.SequenceEqual([Samples, train.Classes])
            ? $"of shape [{string.Join(", ", logits.shape)}] for {Samples} samples of '{train.Name}'; expected [{Samples}, " +
                $"{train.Classes}]. Build the network for the number of classes of the data."
            : logits.dtype != network.parameters().First().dtype
            ? $"of {logits.dtype}; expected {network.parameters().First().dtype}, as its weights are. Leave conversions out."
            : !Host.Number<bool>(logits.isfinite().all())
            ? "that are not finite for normally distributed samples; expected finite ones. Look at the first weights, divisions, " +
                "logarithms and roots."
            : null;
        if (fault is not null)
            faults.Add($"The network '{name}' {gives} {fault}");
        return fault is null;
    }

    private void CheckGradients(Tensor logits, Tensor? auxiliary, RunRandom.Draw draws)
    {
        HashSet<string> missing = Missing(logits, auxiliary);
        // Genes that reach no output are a genotype's own choice.
        if (network is EvaluationNetwork && logits.requires_grad)
            return;
        for (int draw = 2; missing.Count > 0 && draw <= Draws; draw++)
        {
            draws.Rewind(draw);
            (logits, auxiliary) = network.Classify(Input(seed: 1));
            missing.IntersectWith(Missing(logits, auxiliary));
        }
        if (missing.Count > 0)
            faults.Add($"The network '{name}' has weights that get no gradient: " +
                $"{string.Join(", ", missing.Order(StringComparer.Ordinal).Take(10))}" +
                $"{(missing.Count > 10 ? $" and {missing.Count - 10} more" : "")}. Use them in Classify without detach() and " +
                "no_grad(), freeze them with requires_grad = false, or leave them out.");
    }

    private HashSet<string> Missing(Tensor logits, Tensor? auxiliary)
    {
        var weights = network.named_parameters().Where(p => p.parameter.requires_grad).ToList();
        Tensor all = auxiliary is null ? logits : logits.sum().Plus(auxiliary.sum());
        Tensor?[] gradients = Gradients.Of(all, [.. weights.Select(w => (Tensor)w.parameter)]);
        return [.. weights.Where((_, i) => gradients[i] is null).Select(w => w.name)];
    }

    private Tensor Input(ulong seed)
    {
        Tensor like = network.parameters().First();
        using var generator = new Generator(seed);
        return randn([Samples, .. train.InputShape], dtype: like.dtype, generator: generator).to(like.device);
    }

    /// <summary>Training mode moves running statistics, so they are put back; so is the drop path probability, which is 0
    /// meanwhile.</summary>
    private sealed class State : IDisposable
    {
        private readonly ClassificationNetwork network;
        private readonly double dropPath;
        private readonly List<(Tensor Live, Tensor Saved)> buffers;

        public State(ClassificationNetwork network)
        {
            (this.network, dropPath) = (network, network.DropPathProbability);
            network.DropPathProbability = 0;
            buffers = [.. network.named_buffers().Select(b => (b.buffer, b.buffer.detach().clone()))];
        }

        public void Dispose()
        {
            using var _ = no_grad();
            foreach (var (live, saved) in buffers)
                live.copy_(saved);
            network.DropPathProbability = dropPath;
        }
    }

    /// <summary>Looks at the input of every part of a genotype's network before and after it is computed: others read it, too.</summary>
    private sealed class InPlaceWatch : IDisposable
    {
        private readonly List<Action> remove = [];

        public InPlaceWatch(ClassificationNetwork network, List<string> faults)
        {
            foreach (var (name, module) in (network as EvaluationNetwork)?.Parts ?? [])
            {
                if (module is not nn.Module<Tensor, Tensor> part)
                    continue;
                Tensor? before = null;
                remove.Add(part.register_forward_pre_hook((_, input) =>
                {
                    before = input.detach().clone();
                    return input;
                }).remove);
                remove.Add(part.register_forward_hook((_, input, output) =>
                {
                    string fault = $"{name} changes its input in place; expected it as it was, because others read it. Use operations " +
                        "that give a new tensor, for example nn.ReLU() without inplace.";
                    if (!Host.Number<bool>(input.detach().eq(before!).all()) && !faults.Contains(fault))
                        faults.Add(fault);
                    return output;
                }).remove);
            }
        }

        public void Dispose() => remove.ForEach(action => action());
    }
}
