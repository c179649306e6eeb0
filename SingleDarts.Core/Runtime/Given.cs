using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace SingleDarts.Core.Runtime;

/// <summary>Arguments in expressions.</summary>
internal static class Given
{
    /// <summary>The argument.</summary>
    /// <param name="argument">Not null.</param>
    /// <param name="name">Its name; the compiler gives it.</param>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    public static T NotNull<T>([NotNull] T? argument, [CallerArgumentExpression(nameof(argument))] string? name = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(argument, name);
        return argument;
    }

    /// <summary>What a function of the user returned.</summary>
    /// <param name="value">Not null.</param>
    /// <param name="name">Name of the argument, the function.</param>
    /// <exception cref="ArgumentException">It is null.</exception>
    public static T Returned<T>([NotNull] T? value, string name) where T : class => value ?? throw new ArgumentException(
        $"The function returned null; expected a changed copy, for example by o => o with {{ ... }}.", name);
}
