using static TorchSharp.torch;

namespace SingleDarts.Core.Operations;

/// <summary>One candidate o_k of a search space: a name in genotypes and a factory of modules.</summary>
public sealed class CandidateOperation
{
    private readonly Factory factory;
    private readonly string? derivesAs;

    /// <summary>Declares an operation.</summary>
    /// <param name="name">
    /// Name used in genotypes, for example <c>nor_conv_3x3</c>; letters, digits, <c>_</c>, <c>-</c> and <c>.</c> only, because
    /// <c>|</c>, <c>~</c> and <c>+</c> separate the parts of a genotype string.
    /// </param>
    /// <param name="create">Builds a new module for a place; called once per edge and cell.</param>
    /// <param name="isLearnable">
    /// Whether the operation has weights of its own. The paper's collapse is towards operations that do not (Section 3).
    /// </param>
    /// <param name="isZero">Whether the output is zero whatever the input, so that a supernet need not compute it.</param>
    /// <exception cref="ArgumentException">The name is empty or has a character that genotype strings cannot carry.</exception>
    public CandidateOperation(
        string name, Func<OperationContext, nn.Module<Tensor, Tensor>> create, bool isLearnable, bool isZero = false)
    {
        ArgumentNullException.ThrowIfNull(create);
        if (string.IsNullOrEmpty(name) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
            throw new ArgumentException(
                $"The operation name '{name}' cannot stand in a genotype string; use letters, digits, '_', '-' and '.', " +
                "for example 'conv_3x3'.", nameof(name));
        Name = name;
        factory = new Factory(create, $"operation '{name}'");
        IsLearnable = isLearnable;
        IsZero = isZero;
    }

    private CandidateOperation(string name, Factory factory, bool isLearnable, bool isZero)
    {
        Name = name;
        this.factory = factory;
        IsLearnable = isLearnable;
        IsZero = isZero;
    }

    /// <summary>Name used in genotypes.</summary>
    public string Name { get; }

    /// <summary>Whether the operation has weights of its own.</summary>
    public bool IsLearnable { get; }

    /// <summary>Whether the output is zero whatever the input (<c>none</c>).</summary>
    public bool IsZero { get; }

    /// <summary>Whether a rule may choose the operation for a genotype; the supernet computes it in either case.</summary>
    /// <value>True.</value>
    public bool IsDerivable { get; init; } = true;

    /// <summary>Name that rules write into a genotype for the operation: that of another candidate of the cell if it is a second copy of
    /// it.</summary>
    /// <value><see cref="Name"/>.</value>
    public string DerivesAs { get => derivesAs ?? Name; init => derivesAs = value; }

    /// <summary>Whether the factory is the library's own.</summary>
    internal bool IsOwn => factory.IsOwn;

    /// <summary>The same operation under another name, which genotypes do not know.</summary>
    internal CandidateOperation Copy(string name) => new(name, factory, IsLearnable, IsZero)
    {
        IsDerivable = IsDerivable, DerivesAs = DerivesAs,
    };

    /// <summary>Builds a new module: input [N, InChannels, ...], output [N, OutChannels, ...].</summary>
    /// <param name="context">The place of the module.</param>
    /// <exception cref="InvalidOperationException">The factory returned <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The factory failed; the message names the operation and the place.</exception>
    public nn.Module<Tensor, Tensor> Create(OperationContext context) => factory.Create(context);

    /// <summary>The operation's name.</summary>
    public override string ToString() => Name;
}
