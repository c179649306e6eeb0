using System.Collections;
using System.Reflection;

namespace SingleDarts.Core.Runtime;

/// <summary>Finds options that are null although they may not be.</summary>
internal static class NullFaults
{
    /// <summary>Sentences that name the options, those of a list too.</summary>
    /// <param name="options">An object of options.</param>
    public static IEnumerable<string> Of(object options)
    {
        foreach (PropertyInfo option in options.GetType().GetProperties().Where(p => p.CanWrite && !p.PropertyType.IsValueType))
        {
            object? value = option.GetValue(options);
            if (value is null && new NullabilityInfoContext().Create(option).ReadState == NullabilityState.NotNull)
                yield return $"The option {option.Name} is null; expected a value. Leave it out for the default.";
            if (value is IEnumerable list and not string && list.Cast<object?>().Contains(null))
                yield return $"The option {option.Name} has an element that is null; leave it out.";
        }
    }
}
