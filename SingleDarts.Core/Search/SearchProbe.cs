using SingleDarts.Core.Data;
using SingleDarts.Core.Optimizers;
using SingleDarts.Core.Genotypes;
using SingleDarts.Core.Runtime;
using SingleDarts.Core.Schemes;
using SingleDarts.Core.Spaces;
using SingleDarts.Core.Supernets;
using static TorchSharp.torch;

namespace SingleDarts.Core.Search;

/// <summary>
/// Tries every part that somebody may have replaced, once and on a few samples, before the search begins: relaxation, penalties,
/// derivation, transform, and the modules of the space. It builds α and a supernet of its own and leaves all generators as they are. A
/// scheme's step is not tried, because it may change the scheme; <see cref="SchemeChecks"/> looks at what it gives.
/// </summary>
internal sealed class SearchProbe
{
    private readonly SearchSpace space;
    private readonly SearchOptions options;
    private readonly Device device;
    private readonly List<string> faults = [];

    /// <summary>Tries the parts.</summary>
    /// <param name="space">The space.</param>
    /// <param name="data">The samples, or null if there are none.</param>
    /// <param name="options">Valid options.</param>
    public SearchProbe(SearchSpace space, IBatchSource? data, SearchOptions options)
    {
        (this.space, this.options) = (space, options);
        device = Devices.Parse(options.Device);
        var streams = new RandomStreams(options.Seed);
        using var random = new RunRandom.Draw(streams.Derive("trial"), borrows: HasForeignParts(data));
        using var scope = NewDisposeScope();
        DrawsFromGlobalGenerator = GlobalRandom.IsDrawnFrom(() =>
        {
            TryArchitecture(streams);
            TryData(data);
            if (options.Loss is { } loss)
                Try("The loss", () => Loss(loss));
        });
        TrySupernet();
        // The host may have drawn meanwhile, which is no fault of the library's own parts.
        DrawsFromGlobalGenerator &= HasForeignParts(data);
    }

    /// <summary>Sentences that name the part, what was found, what was expected and the remedy.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Whether the network or another part drew from the process's global generator, on the CPU or the search's device.</summary>
    public bool DrawsFromGlobalGenerator { get; private set; }

    /// <summary>The library's own parts do not draw from the generator of the process.</summary>
    private bool HasForeignParts(IBatchSource? data) => space.HasForeignFactories || options.Penalties.Cast<object>()
        .Concat([options.Relaxation, options.Derivation ?? space.Derivation, options.Transform ?? ImageAugmentation.None])
        .Concat(options.EdgeDecorators)
        .Concat(data is null ? [] : [data])
        .Any(part => part.GetType().Assembly != typeof(SearchProbe).Assembly);

    private EpochPosition[] Moments => [.. new[] { 0, Math.Max(1, options.Epochs) - 1 }.Distinct()
        .Select(epoch => new EpochPosition(epoch, 0, Math.Max(1, options.Epochs)))];

    private void TryArchitecture(RandomStreams streams)
    {
        ArchitectureParameters architecture;
        try
        {
            architecture = new ArchitectureParameters(space.Cells, options.Relaxation, streams, device, options.DataType);
        }
        catch (ArgumentException e)
        {
            faults.Add(Explained.Of(e));
            return;
        }
        catch (Exception e)
        {
            faults.Add($"The start values of the relaxation '{options.Relaxation.Name}' fail: {Explained.Of(e)}");
            return;
        }
        using (architecture)
        {
            string[] ofRelaxation = [.. RelaxationProbe.Faults(architecture, Moments)];
            faults.AddRange(ofRelaxation);
            foreach (IPenalty penalty in options.Penalties.Where(penalty => !penalty.Faults(space).Any()))
                Try($"The penalty '{penalty.Name}'", () => Penalty(penalty, architecture));
            IDerivation derivation = options.Derivation ?? space.Derivation;
            if (ofRelaxation.Length == 0)
                Try($"The derivation '{derivation.Name}'", () => Derivation(derivation, architecture, streams));
        }
    }

    /// <summary>A penalty that warms up may be a constant at first, so that a gradient at any moment is enough.</summary>
    private string? Penalty(IPenalty described, ArchitectureParameters architecture)
    {
        if (described.For(space) is not { } penalty)
            return "gives null for the space; expected a penalty, by default itself.";
        bool isConnected = false;
        foreach (EpochPosition position in Moments)
        {
            Tensor? value = penalty.Penalty(architecture, position);
            if (value is null || value.numel() != 1)
                return $"gives {(value is null ? "null" : $"[{string.Join(", ", value.shape)}]")}; expected a scalar. Sum it or take " +
                    "its mean.";
            if (!Host.Number<bool>(value.isfinite().all()))
                return "is not finite at the start values of α; expected a finite number.";
            isConnected |= Gradients.Of(value, [.. architecture.Named.Select(alpha => (Tensor)alpha.Parameter)])
                .Any(gradient => gradient is not null);
        }
        return isConnected ? null : "has no gradient path to α, so that it changes nothing; expected a differentiable function of α. " +
            "Leave out detach() and conversions to numbers.";
    }

    /// <summary>After an epoch and at the end; candidates are drawn uniformly and scored by chance.</summary>
    private string? Derivation(IDerivation derivation, ArchitectureParameters architecture, RandomStreams streams)
    {
        if (derivation.Faults(space).FirstOrDefault() is { } fault)
            return $"cannot derive: {fault}";
        using Generator generator = streams.CreateGenerator("relaxation");
        var context = new DerivationContext(space, architecture.Snapshot(Moments[0], generator))
        {
            Generator = generator,
            Scorer = (_, _, _) => generator.Uniform(),
            WholeScorer = (_, _) => generator.Uniform(),
        };
        foreach (bool isFinal in new[] { false, true })
        {
            if (derivation.Derive(context with { IsFinal = isFinal }) is not { } derived)
                return "gives null; expected a genotype.";
            foreach (CellSpecification cell in space.Cells)
            {
                // A genotype may choose its output nodes and read a node twice.
                cell.Validate(new CellGenotype(derived[cell.Name].Nodes), allowRepeatedEdges: true);
                if (derived[cell.Name].Nodes.SelectMany(genes => genes).Select(gene => gene.Operation)
                    .FirstOrDefault(name => !cell.Operation(name).IsDerivable) is { } kept)
                    return $"chooses '{kept}' in cell '{cell.Name}', which is not derivable; choose among Derivable(edge).";
            }
            if (!derived.Cells.Values.Any(cell => cell.IsEmpty))
                _ = space.Layout.For(derived);
        }
        return null;
    }

    private string? Loss(Func<Tensor, Tensor, Tensor> loss)
    {
        using Tensor logits = zeros([2, space.Classes], options.DataType, device, requires_grad: true);
        using Tensor labels = tensor(new[] { 0L, space.Classes - 1 }, device: device);
        Tensor? value = loss(logits, labels);
        if (value is null || value.dim() != 0)
            return $"gives {(value is null ? "null" : $"[{string.Join(", ", value.shape)}]")} for logits [2, {space.Classes}]; " +
                "expected a scalar. Take the mean over the samples.";
        if (!Host.Number<bool>(value.isfinite().all()))
            return "is not finite for logits of 0; expected a finite number.";
        return Gradients.Of(value, [logits])[0] is not null ? null
            : "has no gradient path to the logits; leave out detach() and conversions to numbers.";
    }

    private void TryData(IBatchSource? data)
    {
        if (data is not { Count: > 0, Classes: > 0 } || !data.InputShape.SequenceEqual(space.InputShape))
            return;
        if (data is DatasetSource { Data: var stored } && options.Transform is { } transform)
            Try($"The transform '{transform}'", () => Transform(transform, stored));
        else if (SourceProbe.Fault(data) is { } fault)
            faults.Add(fault);
    }

    private string? Transform(IBatchTransform transform, ClassificationDataset data)
    {
        long count = Math.Min(2, data.Count);
        using Generator generator = new RandomStreams(options.Seed).CreateGenerator("trial");
        Device where = options.Prefetch ? CPU : device;
        Tensor? given = transform.Apply(data.Inputs.narrow(0, 0, count).to(where, copy: true), generator, options.DataType);
        long[] expected = [count, .. space.InputShape];
        if (given is null || !given.shape.SequenceEqual(expected) || given.dtype != options.DataType || given.device_type != where.type)
            return $"gives {(given is null ? "null" : $"[{string.Join(", ", given.shape)}] of {given.dtype} on {given.device}")} for " +
                $"{count} samples of " +
                $"'{data.Name}'; expected [{string.Join(", ", expected)}] of {options.DataType} on {where}. Keep the number of " +
                "samples, and convert to the type that is asked for.";
        return Host.Number<bool>(given.isfinite().all()) ? null
            : $"gives numbers that are not finite for the first samples of '{data.Name}'; expected finite ones. Guard divisions by a " +
                "deviation of 0.";
    }

    /// <summary>With the library's own relaxation, so that faults of the other one do not hide those of the modules.</summary>
    private void TrySupernet()
    {
        var built = new SupernetOptions
        {
            Seed = options.Seed,
            Device = device,
            DataType = options.DataType,
            Affine = options.Affine,
            TrackRunningStatistics = options.TrackRunningStatistics,
            EdgeDecorators = options.EdgeDecorators,
        };
        try
        {
            using var supernet = new Supernet(space, Relaxations.Sigmoid, built);
            var probe = new SupernetProbe(supernet, built);
            faults.AddRange(probe.Faults);
            DrawsFromGlobalGenerator |= probe.IsRandom;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            faults.Add(Explained.Of(e));
        }
    }

    private void Try(string part, Func<string?> fault)
    {
        try
        {
            if (fault() is { } found)
                faults.Add($"{part} {found}");
        }
        catch (Exception e)
        {
            faults.Add($"{part} fails: {Explained.Of(e)}");
        }
    }
}
