using SingleDarts.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>
/// One part of a network, forward and backward on a few random samples in training mode. The caller has begun random numbers
/// (<see cref="RunRandom.Draw"/>); weights and their <c>grad</c> stay as they are, running statistics move.
/// </summary>
internal sealed class ModuleProbe
{
    private const int Samples = 2;

    /// <summary>A part that draws may leave a branch out at one draw, so that a missing gradient counts only if it is always
    /// missing.</summary>
    private const int Draws = 20;

    private readonly string part;
    private readonly nn.Module<Tensor, Tensor> module;
    private readonly List<string> faults = [];

    /// <summary>Tries a part.</summary>
    /// <param name="part">Its name at the beginning of a sentence.</param>
    /// <param name="module">The part, in training mode, of the type and device of the samples.</param>
    /// <param name="sample">Shape of one sample that it reads.</param>
    /// <param name="device">Device of the samples.</param>
    /// <param name="dtype">Floating type of the samples.</param>
    /// <param name="shapeFault">Says what is wrong with the shape of one sample of the output; null if nothing is.</param>
    /// <param name="readsData">Whether the input is data, which need no gradient.</param>
    /// <param name="isZero">Whether the part is said to give zeros.</param>
    public ModuleProbe(
        string part, nn.Module<Tensor, Tensor> module, IReadOnlyList<long> sample, Device device, ScalarType dtype,
        Func<IReadOnlyList<long>, string?> shapeFault, bool readsData = false, bool isZero = false)
    {
        (this.part, this.module) = (part, module);
        try
        {
            using var scope = NewDisposeScope();
            Tensor Input(ulong seed)
            {
                using var generator = new Generator(seed);
                Tensor numbers = randn([Samples, .. sample], dtype: dtype, generator: generator).to(device);
                return (numbers.dim() == 4 ? NativeKernels.ChannelsLast(numbers) : numbers).detach().requires_grad_();
            }
            if (Gives(Input(1), shapeFault) is not { } run)
                return;
            if (!isZero)
                CheckGradients(Input, run, readsData);
            else if (Host.Number<bool>(run.Output.ne(Scalars.Zero).any()))
                faults.Add($"{part} is declared zero but gives other numbers; expected zeros, because it is never computed. Declare it " +
                    "without isZero.");
        }
        catch (Exception e)
        {
            faults.Add($"{part} fails on an input [{Samples}, {string.Join(", ", sample)}] in training mode: {Explained.Of(e)}");
        }
    }

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<string> Faults => faults;

    /// <summary>Whether the part draws from the global generator.</summary>
    public bool IsRandom { get; private set; }

    /// <summary>Shape of one sample of the output; null if there is none.</summary>
    public IReadOnlyList<long>? Output { get; private set; }

    private (Tensor Input, Tensor Output)? Gives(Tensor input, Func<IReadOnlyList<long>, string?> shapeFault)
    {
        Tensor given = input.clone();
        Tensor? output = null;
        IsRandom = GlobalRandom.IsDrawnFrom(() => output = module.call(given));
        // The state of a device's own generator cannot be read, so that other numbers under another seed tell.
        IsRandom |= input.device_type != DeviceType.CPU && output is not null && !Same(Run(input, seed: 1), Run(input, seed: 2));
        if (output is null)
            faults.Add($"{part} gives null; expected a tensor.");
        else if (output.dim() == 0 || output.shape[0] != Samples)
            faults.Add($"{part} gives [{string.Join(", ", output.shape)}] for {Samples} samples; expected [{Samples}, ...]. Keep the " +
                "samples apart.");
        else if (shapeFault((Output = output.shape[1..])!) is { } shape)
            faults.Add(shape);
        else if (output.dtype != input.dtype || output.device.ToString() != input.device.ToString())
            faults.Add($"{part} gives {output.dtype} on {output.device}; expected {input.dtype} on {input.device}, as its input is. " +
                "Make constants with the type and device of the input.");
        else if (!Host.Number<bool>(output.isfinite().all()))
            faults.Add($"{part} gives numbers that are not finite for normally distributed input; expected finite ones. Guard " +
                "divisions, logarithms and roots.");
        if (!Same(given, input))
            faults.Add($"{part} changes its input in place; expected it as it was, because others read it. Use operations that give a " +
                "new tensor, for example nn.ReLU() without inplace.");
        return faults.Count == 0 ? (input, output!) : null;
    }

    private void CheckGradients(Func<ulong, Tensor> input, (Tensor Input, Tensor Output) first, bool readsData)
    {
        HashSet<string> missing = Missing(first.Input, first.Output);
        for (int draw = 2; missing.Count > 0 && draw <= Draws; draw++)
        {
            Tensor leaf = input(1);
            RunRandom.Reseed(draw);
            missing.IntersectWith(Missing(leaf, module.call(leaf.clone())));
        }
        // Zeros and noise depend on no input.
        bool isCut = missing.Remove("") && !readsData && !Same(Run(input(1), seed: 1), Run(input(2), seed: 1));
        if (isCut)
            faults.Add($"{part} depends on its input but passes no gradient back to it; expected a differentiable output. " +
                "Leave out detach(), no_grad() and conversions to numbers.");
        if (missing.Count > 0 && !(isCut && missing.Count == Weights.Count()))
            faults.Add($"{part} has weights that get no gradient: {string.Join(", ", missing.Order(StringComparer.Ordinal))}. Use them " +
                "in forward without detach() and no_grad(), freeze them with requires_grad = false, or leave them out.");
    }

    private IEnumerable<(string Name, Tensor Tensor)> Weights =>
        module.named_parameters().Where(p => p.parameter.requires_grad).Select(p => (p.name, (Tensor)p.parameter));

    /// <summary>Names of the weights that an output does not reach; the empty name is the input.</summary>
    private HashSet<string> Missing(Tensor input, Tensor output)
    {
        (string Name, Tensor Tensor)[] all = [("", input), .. Weights];
        Tensor?[] gradients = Gradients.Of(output, [.. all.Select(a => a.Tensor)]);
        return [.. all.Where((_, i) => gradients[i] is null).Select(a => a.Name)];
    }

    private Tensor Run(Tensor input, long seed)
    {
        using var _ = no_grad();
        RunRandom.Reseed(seed);
        return module.call(input.clone());
    }

    private static bool Same(Tensor a, Tensor b) => Host.Number<bool>(a.detach().eq(b.detach()).all());
}
