using System.Globalization;

namespace SingleDarts.Core.Runtime;

/// <summary>The most of one thing that a reader accepts; one of <see cref="ReadLimits"/>.</summary>
public sealed class ReadLimit
{
    private readonly long byDefault;
    private long? chosen;

    internal ReadLimit(string name, string variable, string unit, long byDefault)
    {
        Name = name;
        Variable = variable;
        Unit = unit;
        this.byDefault = byDefault;
    }

    /// <summary>Name of the property of <see cref="ReadLimits"/>.</summary>
    public string Name { get; }

    /// <summary>Environment variable that sets the limit of a process.</summary>
    public string Variable { get; }

    /// <summary>What is counted, for example <c>bytes</c>.</summary>
    public string Unit { get; }

    /// <summary>The limit, for the whole process: what was set here, else the environment variable, else the default.</summary>
    /// <value>Documented at each member of <see cref="ReadLimits"/>.</value>
    /// <exception cref="ArgumentException">The variable, or the new value, is no whole number of 1 or more.</exception>
    public long Value
    {
        get => chosen ?? FromEnvironment() ?? byDefault;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            chosen = value;
        }
    }

    /// <summary>Rejects what exceeds the limit. Call it before memory is allocated.</summary>
    /// <param name="found">How much there is.</param>
    /// <param name="what">The file, and what of it, for the message.</param>
    /// <exception cref="InvalidDataException">It is more than <see cref="Value"/>; the message says how to raise the limit.</exception>
    public void Require(Int128 found, string what)
    {
        if (found > Value)
            throw Exceeded($"{what} has {found.ToString(CultureInfo.InvariantCulture)} {Unit}");
    }

    /// <summary>The exception for content of unknown length beyond the limit.</summary>
    internal InvalidDataException Exceeded(string found) => new(Excess(found));

    /// <summary>What is wrong and what to do.</summary>
    internal string Excess(string found) => string.Create(CultureInfo.InvariantCulture,
        $"{found}; expected at most {Value} {Unit}. It is damaged or made to fill the memory; if you trust it, set the environment " +
        $"variable {Variable} or ReadLimits.{Name}.Value higher.");

    /// <summary>Back to the variable or the default.</summary>
    internal void Reset() => chosen = null;

    private long? FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 ? number
        : throw new ArgumentException(
            $"The environment variable {Variable} is {Quoted.Of(text)}; expected a whole number of {Unit}, 1 or more.");
}
